// A lattice of rays: exact at its points, straight in between, which is far below a pixel's error.
in vec2 pixel;
in vec3 ray;                // unit, in C
in float sees;              // angle of one pixel here [rad]
out vec2 uv;
out vec3 origin, dir;
out float nearness;         // one over the distance to the ground, 0 for the sky
out float pixelSees;

void main() {
  uv = pixel;
  pixelSees = sees;
  if (ortho.w > 0.5) {
    origin = vec3(ortho.xy + (uv + 0.5) * ortho.z, p_MC.z);
    dir = vec3(0.0, 0.0, -1.0);
    nearness = 1.0;
  } else {
    float t = (uv.y + 0.5) / imageSize.y - 0.5;
    vec3 d = R_MC * ray;
    dir = d + cross(shutterTurn, d) * t;
    origin = p_MC + shutterMove * t;
    float range = groundRange(origin, normalize(dir), 0.02);
    nearness = range > 0.0 ? 1.0 / range : 0.0;
  }
  gl_Position = vec4(vec2((uv.x + 0.5) / imageSize.x, (uv.y + 0.5 - strip.x) / strip.y) * 2.0 - 1.0, 0.0, 1.0);
}
