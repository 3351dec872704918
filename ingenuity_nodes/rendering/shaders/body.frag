uniform sampler2DShadow selfShadow;
uniform mat4 sunView;       // M to the shadow map of this body
uniform float pixelAngle;
in vec3 world, facing, tint;
in vec2 finish;
in vec3 linkPosition;
out vec4 colour;

float sunlit(vec3 p) {
  vec3 s = (sunView * vec4(p, 1.0)).xyz * 0.5 + 0.5;
  if (any(lessThan(s, vec3(0.0))) || any(greaterThan(s, vec3(1.0)))) return 1.0;
  vec2 e = 0.7 / vec2(textureSize(selfShadow, 0));
  float sum = 0.0;
  for (int k = 0; k < 4; ++k) {
    sum += texture(selfShadow, vec3(s.xy + e * (vec2(k & 1, k >> 1) * 2.0 - 1.0), s.z));
  }
  return 0.25 * sum;
}

void main() {
  vec3 n = normalize(facing);
  vec3 d = world - p_MC;
  float t = length(d);
  d /= t;
  if (dot(n, d) > 0.0) n = -n;
  float sun = sunlit(world + n * 0.015);
  // Dust in blotches and grains, most where things lie level.
  float f = t * pixelAngle;
  float blotch = valueNoise(linkPosition / 0.02) - 0.5;
  float grain = (valueNoise(linkPosition / 0.003 + 7.0) - 0.5) * (1.0 - smoothstep(0.001, 0.004, f));
  blotch = blotch * (1.0 - smoothstep(0.008, 0.03, f)) + 0.8 * grain;
  float dusty = clamp(0.04 + 0.14 * smoothstep(0.3, 1.0, n.z) + 0.20 * blotch, 0.0, 1.0);
  n = normalize(n + 0.10 * grain * vec3(1.0, -0.6, 0.5));
  vec3 albedo = mix(tint * (1.0 + 0.16 * blotch), vec3(0.378, 0.262, 0.170), dusty);
  vec3 c = lit(albedo, n, d, sun, finish.y);
  vec3 r = reflect(d, n);
  float shine = pow(max(dot(r, sunDir), 0.0), 40.0) * sun + 0.35 * skyRadiance(vec3(r.xy, abs(r.z))).r * finish.y;
  c += finish.x * shine * mix(vec3(1.0), tint * 1.6, 0.6);
  colour = stored(hazed(c, d, t));
}
