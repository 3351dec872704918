uniform sampler2D meshColour, meshDepth, shadowMask;
uniform int oversample;
uniform float pixelAngle;   // [rad]
uniform int detail;         // most samples along the stretched footprint
in vec2 uv;
out vec4 colour;

vec3 groundColour(vec3 p, vec3 dir, float t, vec2 shade) {
  float across = ortho.w > 0.5 ? ortho.z : t * pixelAngle;
  vec2 along = dir.xy / max(length(dir.xy), 1e-6);
  float stretch = ortho.w > 0.5 ? 1.0 : clamp(1.0 / max(-dir.z + 0.01, 0.02), 1.0, 30.0);
  int n = clamp(int(0.6 * stretch), 1, detail);
  float f = across * clamp(sqrt(stretch / float(n)), 1.0, 3.0);
  vec3 sum = vec3(0.0);
  for (int k = 0; k < n; ++k) {
    vec2 q = p.xy + along * across * stretch * ((float(k) + 0.5) / float(n) - 0.5);
    Soil g = soilAt(q, f);
    vec3 normal = normalize(vec3(-g.slope, 1.0));
    sum += lit(g.albedo, normal, dir, g.sun * (1.0 - shade.x), g.open * (1.0 - shade.y));
  }
  return sum / float(n);
}

void main() {
  vec3 origin, dir;
  viewRay(uv, origin, dir);
  float t = groundRange(origin, dir);
  vec3 p = origin + dir * t;
  ivec2 at = ivec2(gl_FragCoord.xy) * oversample;
  vec4 over[9];
  float covered = 0.0;
  vec3 meshes = vec3(0.0);
  vec2 shade = vec2(0.0);
  int n = oversample * oversample;
  for (int k = 0; k < n; ++k) {
    ivec2 q = at + ivec2(k % oversample, k / oversample);
    float depth = texelFetch(meshDepth, q, 0).r;
    vec3 c = texelFetch(meshColour, q, 0).rgb;
    bool front = depth < 1.0 && (t < 0.0 || rangeOf(depth) < t * 1.004 + 0.02);
    if (front) { covered += 1.0; meshes += c * c; }
    shade += texelFetch(shadowMask, q, 0).rg;
  }
  vec3 behind = vec3(0.0);
  if (covered < float(n)) {
    behind = t < 0.0 ? skyRadiance(dir) : hazed(groundColour(p, dir, t, shade / float(n)), dir, t);
  }
  colour = vec4(stored((meshes + behind * (float(n) - covered)) / float(n)), 1.0);
}
