// What the ground is made of at one place, filtered to a pixel that covers f metres.
// TIER 0 draws everything, 1 leaves out what is finer than 8 mm, 2 what is finer than 42 mm:
// those layers have faded to nothing there, so the tiers join without a seam.
struct Soil { vec3 albedo; vec2 slope; float sun; float open; };
vec2 towardEye = vec2(0.0); // level direction from the ground to the camera

const vec3 DUST = vec3(0.400, 0.270, 0.170);
const vec3 LAG = vec3(0.232, 0.162, 0.110);
const vec3 SAND = vec3(0.275, 0.188, 0.124);
const vec3 STONE = vec3(0.185, 0.140, 0.106);
const vec3 PAVER = vec3(0.345, 0.255, 0.180);

float keep(float wave, float f) { return 1.0 - smoothstep(0.22, 0.75, f / wave); }

// One layer of pebbles, at most one in each cell of a turned lattice.
void pebbles(vec2 p, float cell, float share, float turn, uint salt, float f, inout Soil g) {
  float k = 1.0 - smoothstep(0.10, 0.40, f / cell);
  mat2 R = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
  vec2 q = R * p / cell;
  vec2 base = floor(q);
  uvec3 bits = pcg3(uvec3(uvec2(ivec2(base)), salt));
  vec3 a = vec3(bits & 0xFFFFu) / 65535.0, b = vec3(bits >> 16u) / 65535.0;
  k *= step(a.x, share);
  float radius = 0.08 + 0.18 * b.x * b.x * b.x;
  vec2 off = q - base - 0.5 - (a.yz - 0.5) * (0.9 - 2.0 * radius);
  vec2 shift = R * sunDir.xy / max(sunDir.z, 0.25) * radius * 0.55;
  float angle = 6.2832 * b.y;
  mat2 T = mat2(cos(angle), -sin(angle), sin(angle), cos(angle));
  vec2 form = vec2(1.0, 1.1 + 0.6 * b.z) / radius;
  vec2 l = T * off * form, m = T * (off + shift) * form;
  vec2 h = abs(l), i = abs(m);
  // Between a disc and a skewed hexagon: broken stone has straight sides.
  float d = mix(length(l), max(max(h.x, 0.5 * h.x + 0.866 * h.y), 0.92 * length(l + 0.25 * (b.xy - 0.5))), 0.85);
  float e = mix(length(m), max(i.x, 0.5 * i.x + 0.866 * i.y), 0.85);
  float soft = clamp(0.7 * f / (radius * cell), 0.08, 1.2);
  float in1 = k * (1.0 - smoothstep(1.0 - soft, 1.0 + 0.5 * soft, d));
  g.sun *= 1.0 - 0.8 * k * (1.0 - smoothstep(1.0 - soft, 1.15 + soft, e)) * (1.0 - in1);
  g.open *= 1.0 - 0.30 * k * (1.0 - smoothstep(0.9, 1.45, d)) * (1.0 - in1);
  float tone = 0.55 + 0.85 * fract(b.z * 7.0 + a.y) * fract(b.y * 5.0 + a.z) + 0.3 * a.y;
  vec3 stone = mix(STONE * tone, DUST * 0.95, 0.10 + 0.55 * b.z * b.z);
  g.albedo = mix(g.albedo, stone, in1);
  vec2 out1 = transpose(R) * (transpose(T) * l) / max(length(l), 1e-3);
  float side = 0.30 + 0.70 * smoothstep(-0.2, 0.7, dot(out1, towardEye));
  g.slope = mix(g.slope, g.slope * 0.4 - out1 * (1.7 * side * smoothstep(0.35, 1.0, d)) + (a.yz - 0.5) * 0.5, in1);
}

// Flat slabs of bedrock with sand in their joints.
void slabs(vec2 p, float f, float broad, float mid, float grain, inout Soil g) {
  vec3 bent = noise3(p / 0.43 + 5.0);
  float where = noise(p / 17.0 + 31.7) + 0.28 * mid;
  float mask = smoothstep(0.19, 0.30, where) * keep(1.2, f);
  vec2 w = p + 0.055 * bent.yz * vec2(1.0, -1.0);
  const float cell = 0.62;
  vec2 at = w / cell - 0.5;
  vec2 base = floor(at);
  at -= base;
  float first = 9.0, second = 9.0;
  vec2 id = vec2(0.0);
  for (int k = 0; k < 4; ++k) {
    vec2 o = vec2(k & 1, k >> 1);
    vec2 r = vec2(pcg2(uvec2(ivec2(base + o)) + 77u)) / 4294967296.0;
    float d = length(o + 0.62 * (r - 0.5) - at);
    id = d < first ? r : id;
    second = min(second, max(first, d));
    first = min(first, d);
  }
  float joint = (second - first) * cell * 0.5 - 0.012 - 0.05 * id.x;
  float soft = max(0.006, f);
  float bare = mask * step(0.30, id.y);
  float plate = bare * smoothstep(-soft, soft, joint);
  plate *= smoothstep(-0.10, 0.14, where - 0.23 + 0.95 * bent.x + 0.8 * grain - 0.15 * broad);
  vec3 rock = mix(PAVER, STONE * 1.35, 0.5 * fract(id.x * 9.0)) * (0.88 + 0.24 * id.y + 0.9 * grain);
  g.albedo = mix(g.albedo, rock, 0.75 * plate);
  g.slope += plate * ((id - 0.5) * 0.12);
  float rim = smoothstep(0.05, 0.0, abs(joint)) * bare * keep(0.1, f) * (1.0 - plate);
  g.open *= 1.0 - 0.25 * rim;
  g.sun *= 1.0 - 0.12 * rim;
}

// Two ruts of the rover's wheels: pressed and darker, with crumbs at the rims.
void ruts(vec2 p, float aside, float f, float crumbs, vec2 rough, inout Soil g) {
  float d = abs(aside - 1.14 + 0.15 * crumbs * 0.2);
  float soft = max(0.03, 0.7 * f);
  float rut = 1.0 - smoothstep(0.165 - soft, 0.165 + soft, d);
  float rim = smoothstep(0.15, 0.20, d) * (1.0 - smoothstep(0.20, 0.36 + f, d));
  g.albedo = mix(g.albedo, LAG * 0.86, 0.68 * rut) * (1.0 + rim * (0.07 + crumbs) + rut * 0.5 * crumbs);
  g.open *= 1.0 - 0.15 * rut;
  g.slope += rut * rough;
}

Soil soilAt(vec2 p, float f) {
  vec4 s = groundSurface(p, f);
  float sand = s.z;
  vec2 warp = p + 1.1 * noise3(p / 9.0 + 3.3).yz;
  float broad = noise(warp / 24.0) * 1.5 + noise(warp / 8.7 + 11.0) * keep(9.0, f);
  float mid = noise(warp / 2.6 + 5.0) * keep(2.6, f) + 0.8 * noise(p / 0.97 + 9.0) * keep(0.97, f);
  vec3 hummock = noise3(p / 0.37);
  vec3 clod = noise3(p / 0.14 + 7.0);
  float k5 = keep(0.37, f), k4 = keep(0.14, f);
  float fine = hummock.x * k5 + 0.8 * clod.x * k4;
  float dusty = clamp(0.47 + 0.85 * broad + 0.55 * mid + 0.26 * fine, 0.0, 1.0);
  Soil g = Soil(mix(LAG, DUST, dusty), s.xy, 1.0, 1.0);
  g.albedo = mix(g.albedo, SAND * (0.92 + 0.3 * dusty), 0.75 * sand);
  float loose = 1.0 - 0.5 * sand;
  g.slope += loose * (0.10 * hummock.yz * k5 + 0.17 * clod.yz * k4);
  float grain = 0.22 * clod.x * k4;
  vec2 rough = vec2(0.0);
#if TIER < 2
  vec3 lump = noise3(p / 0.034);
  float k3 = keep(0.034, f);
  grain += 0.30 * lump.x * k3;
  rough += 0.24 * lump.yz * k3;
#endif
#if TIER < 1
  vec3 grit = noise3(p / 0.011);
  float k2 = keep(0.011, f);
  grain += 0.34 * grit.x * k2 + 0.42 * noise(p / 0.0042) * keep(0.0042, f);
  rough += 0.17 * grit.yz * k2;
#endif
  g.slope += loose * rough;
  g.albedo *= 1.0 + grain;
  slabs(p, f, broad, mid, grain, g);
  float stony = (1.0 - 0.85 * sand) * clamp(1.30 - 1.2 * dusty + 0.5 * mid, 0.10, 1.0);
#if TIER < 1
  pebbles(p, 0.021, 0.80 * stony, 0.3, 11u, f, g);
#endif
#if TIER < 2
  pebbles(p, 0.036, 0.72 * stony, 1.1, 12u, f, g);
  pebbles(p, 0.060, 0.60 * stony, 0.7, 13u, f, g);
  pebbles(p, 0.100, 0.50 * stony, 0.1, 14u, f, g);
#endif
  ruts(p, s.w, f, grain + 0.3 * fine, rough, g);
  return g;
}
