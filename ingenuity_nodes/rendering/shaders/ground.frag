uniform sampler2D meshColour, meshDepth, shadowMask;
uniform int oversample;
uniform int detail;         // most samples along the stretched footprint
in vec2 uv;
in vec3 origin, dir;
in float nearness, pixelSees;
out vec4 colour;

vec3 groundColour(vec3 p, vec3 dir, float t, vec2 shade) {
  float across = ortho.w > 0.5 ? ortho.z : t * pixelSees;
  vec2 along = dir.xy / max(length(dir.xy), 1e-6);
  towardEye = ortho.w > 0.5 ? vec2(0.0) : -along;
  float stretch = ortho.w > 0.5 ? 1.0 : clamp(1.0 / max(-dir.z + 0.01, 0.02), 1.0, 30.0);
  int n = clamp(int(0.6 * stretch), 1, detail);
  float f = across * clamp(sqrt(stretch / float(n)), 1.0, 3.0);
  vec3 sum = vec3(0.0);
  float direct = sunOverGround(p.xy) * (1.0 - shade.x);
  int k = 0;
  do {
    vec2 q = p.xy + along * across * stretch * ((float(k) + 0.5) / float(n) - 0.5);
    Soil g = soilAt(q, f);
    vec3 normal = normalize(vec3(-g.slope, 1.0));
    sum += lit(g.albedo, normal, dir, g.sun * direct, g.open * (1.0 - shade.y));
  } while (++k < n);
  return sum / float(n);
}

// Fraction of this pixel that rocks and robots in front of the ground cover.
float inFront(float t) {
  ivec2 at = ivec2(gl_FragCoord.xy) * oversample;
  float front = 0.0, any = 0.0;
  for (int k = 0; k < oversample * oversample; ++k) {
    float depth = texelFetch(meshDepth, at + ivec2(k % oversample, k / oversample), 0).r;
    if (depth >= 1.0) continue;
    any += 1.0;
    if (t < 0.0 || rangeOf(depth) < t * 1.004 + 0.02) front += 1.0;
  }
  return front / max(any, 1.0);
}

#ifdef TRUTH
// Distance [m], 0 for the sky; what is there: 0 sky, 1 ground, 2 rock, 3 robot; which rock;
// the angle of a pixel [rad], which keeps the lattice's attributes alive.
void main() {
  vec3 d = normalize(dir);
  float t = hitRange(origin, d, nearness);
  ivec2 at = ivec2(gl_FragCoord.xy);
  float range = rangeOf(texelFetch(meshDepth, at, 0).r);
  vec4 mesh = texelFetch(meshColour, at, 0);
  bool front = mesh.a > 0.0 && (t < 0.0 || range < t * 1.004 + 0.02);
  float number = dot(floor(mesh.rgb * 255.0 + 0.5), vec3(1.0, 256.0, 65536.0));
  colour = front ? vec4(range, mesh.a > 0.75 ? 3.0 : 2.0, number, pixelSees)
    : vec4(max(t, 0.0), t < 0.0 ? 0.0 : 1.0, 0.0, pixelSees);
}
#else
void main() {
  vec2 at = gl_FragCoord.xy * float(oversample) / vec2(textureSize(meshColour, 0));
  vec4 mesh = textureLod(meshColour, at, 0.0);
  vec3 d = normalize(dir);
  float t = hitRange(origin, d, nearness);
  float covered = mesh.a > 0.0 ? mesh.a * inFront(t) : 0.0;
  vec3 front = mesh.rgb / max(mesh.a, 0.01);
  vec3 behind = vec3(0.0);
  if (covered < 0.99) {
    vec2 shade = textureLod(shadowMask, at, 0.0).rg;
    behind = t < 0.0 ? skyRadiance(d) : hazed(groundColour(origin + d * t, d, t, shade), d, t);
  }
  colour = stored(mix(behind, front * front / gain, covered));
}
#endif
