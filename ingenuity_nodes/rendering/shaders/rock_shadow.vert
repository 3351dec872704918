in vec3 position;
in vec3 centre, half_axes;
in vec3 turn;
in float ground;            // its height under the rock [m]
uniform float halo;         // 0 draws the shadow, more than 0 a flat disc that much wider than the rock
out float strength;

void main() {
  float cz = cos(turn.x), sz = sin(turn.x);
  vec3 b = position * half_axes;
  vec3 p = centre + mat3(cz, sz, 0.0, -sz, cz, 0.0, 0.0, 0.0, 1.0) * b;
  strength = 1.0;
  if (halo > 0.0) {
    p.xy = centre.xy + (p.xy - centre.xy) * halo;
    p.z = ground;
    strength = clamp(position.z, 0.0, 1.0);
  } else {
    p.xy -= sunDir.xy / max(sunDir.z, 0.05) * max(p.z - ground, 0.0);
    p.z = ground;
  }
  float seen;
  gl_Position = clipPosition(p, seen);
  gl_ClipDistance[0] = seen;
}
