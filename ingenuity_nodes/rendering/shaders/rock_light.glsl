// Shadows that rocks and robots near the camera cast on rocks: a depth map as the sun sees them.
#ifdef SHADED
uniform sampler2DShadow rockShadow;
uniform mat4 rockSun;      // M to that map

float pastRocks(vec3 p, vec3 n) {
  vec3 s = (rockSun * vec4(p + 0.012 * n + 0.012 * sunDir, 1.0)).xyz * 0.5 + 0.5;
  if (any(lessThan(s, vec3(0.0))) || any(greaterThan(s, vec3(1.0)))) return 1.0;
  vec2 e = 0.8 / vec2(textureSize(rockShadow, 0));
  float sum = 0.0;
  for (int k = 0; k < 4; ++k) {
    sum += texture(rockShadow, vec3(s.xy + e * (vec2(k & 1, k >> 1) * 2.0 - 1.0), s.z));
  }
  return 0.25 * sum;
}
#else
float pastRocks(vec3 p, vec3 n) { return 1.0; }
#endif
