// Hashed from integer lattice cells: no tables, no tiling, the same in every image.
uvec3 pcg3(uvec3 v) {       // Jarzynski and Olano 2020
  v = v * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> 16u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v;
}

uvec2 pcg2(uvec2 v) {
  v = v * 1664525u + 1013904223u;
  v.x += v.y * 1664525u; v.y += v.x * 1664525u;
  v ^= v >> 16u;
  v.x += v.y * 1664525u; v.y += v.x * 1664525u;
  v ^= v >> 16u;
  return v;
}

vec2 cellGradient(ivec2 c) {
  return vec2(pcg2(uvec2(c))) * (2.0 / 4294967296.0) - 1.0;
}

vec3 noise3(vec2 p) {       // value (rms 0.2) and its slope
  vec2 base = floor(p);
  vec2 f = p - base;
  ivec2 c = ivec2(base);
  vec2 s = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
  vec2 ds = 30.0 * f * f * (f * (f - 2.0) + 1.0);
  vec2 ga = cellGradient(c), gb = cellGradient(c + ivec2(1, 0));
  vec2 gc = cellGradient(c + ivec2(0, 1)), gd = cellGradient(c + ivec2(1, 1));
  float a = dot(ga, f), b = dot(gb, f - vec2(1.0, 0.0));
  float d = dot(gc, f - vec2(0.0, 1.0)), e = dot(gd, f - vec2(1.0, 1.0));
  float k = a - b - d + e;
  return vec3(a + s.x * (b - a) + s.y * (d - a) + s.x * s.y * k,
    ga + s.x * (gb - ga) + s.y * (gc - ga) + s.x * s.y * (ga - gb - gc + gd)
    + ds * (s.yx * k + vec2(b, d) - a));
}

float noise(vec2 p) { return noise3(p).x; }

float valueNoise(vec3 p) {  // for rocks, 0..1
  vec3 base = floor(p), f = p - base;
  uvec3 c = uvec3(ivec3(base));
  f = f * f * (3.0 - 2.0 * f);
  float v[8];
  for (int k = 0; k < 8; ++k) {
    v[k] = float(pcg3(c + uvec3(k & 1, (k >> 1) & 1, k >> 2)).x) / 4294967296.0;
  }
  vec4 low = mix(vec4(v[0], v[2], v[4], v[6]), vec4(v[1], v[3], v[5], v[7]), f.x);
  vec2 mid = mix(low.xz, low.yw, f.y);
  return mix(mid.x, mid.y, f.z);
}
