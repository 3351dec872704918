// What the ground is made of at one place, filtered to a pixel that covers f metres.
struct Soil { vec3 albedo; vec2 slope; float sun; float open; };

const vec3 DUST = vec3(0.400, 0.270, 0.170);
const vec3 LAG = vec3(0.242, 0.168, 0.113);
const vec3 SAND = vec3(0.285, 0.194, 0.127);
const vec3 STONE = vec3(0.190, 0.145, 0.110);
const vec3 PAVER = vec3(0.360, 0.268, 0.190);

float keep(float wave, float f) { return 1.0 - smoothstep(0.22, 0.75, f / wave); }

// One layer of pebbles, at most one in each cell of a turned lattice.
void pebbles(vec2 p, float cell, float share, float turn, uint salt, float f, inout Soil g) {
  float k = 1.0 - smoothstep(0.12, 0.42, f / cell);
  if (k <= 0.0) return;
  mat2 R = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
  vec2 q = R * p / cell;
  vec2 base = floor(q);
  uvec3 bits = pcg3(uvec3(uvec2(ivec2(base)), salt));
  vec3 a = vec3(bits & 0xFFFFu) / 65535.0, b = vec3(bits >> 16u) / 65535.0;
  if (a.x > share) return;
  float radius = 0.09 + 0.16 * b.x * b.x;
  vec2 off = q - base - 0.5 - (vec2(a.y, a.z) - 0.5) * (0.9 - 2.0 * radius);
  vec2 reach = R * sunDir.xy / max(sunDir.z, 0.25) * radius * 0.55;
  float angle = 6.2832 * b.y;
  mat2 T = mat2(cos(angle), -sin(angle), sin(angle), cos(angle));
  vec2 form = vec2(1.0, 1.15 + 0.5 * b.z);
  vec2 l = T * off / radius * form, m = T * (off + reach) / radius * form;
  vec2 h = abs(l), i = abs(m);
  float d = mix(length(l), max(h.x, 0.5 * h.x + 0.866 * h.y), 0.75);
  float e = mix(length(m), max(i.x, 0.5 * i.x + 0.866 * i.y), 0.75);
  float soft = clamp(f / (radius * cell), 0.10, 1.2);
  float in1 = k * (1.0 - smoothstep(1.0 - soft, 1.0 + 0.5 * soft, d));
  float shade = k * (1.0 - smoothstep(1.0 - soft, 1.15 + soft, e));
  g.sun *= 1.0 - 0.75 * shade * (1.0 - in1);
  g.open *= 1.0 - 0.30 * k * (1.0 - smoothstep(0.9, 1.5, d)) * (1.0 - in1);
  float tone = 0.62 + 0.75 * fract(b.z * 7.0 + a.y);
  vec3 stone = STONE * tone * mix(vec3(1.0), vec3(1.12, 0.98, 0.86), fract(a.z * 5.0));
  g.albedo = mix(g.albedo, mix(stone, DUST, 0.18 + 0.2 * a.x), in1);
  vec2 lean = (transpose(T) * (l * form)) * smoothstep(0.25, 1.0, d) * 0.9;
  g.slope = mix(g.slope, -(transpose(R) * -lean) * -1.0 + g.slope * 0.3, in1);
}

// Flat slabs of bedrock with sand in their joints.
void slabs(vec2 p, float f, inout Soil g) {
  float where = noise(p / 17.0 + 31.7) + 0.45 * noise(p / 4.3 + 5.1);
  float mask = smoothstep(0.16, 0.26, where) * keep(1.2, f);
  if (mask <= 0.0) return;
  vec2 w = p + 0.10 * vec2(noise(p / 0.31), noise(p / 0.31 + 17.0)) + 0.02 * noise(p / 0.05);
  const float cell = 0.62;
  vec2 base = floor(w / cell), at = w / cell - base;
  float first = 9.0, second = 9.0;
  vec2 id = vec2(0.0);
  for (int k = 0; k < 9; ++k) {
    vec2 o = vec2(k % 3 - 1, k / 3 - 1);
    vec2 r = vec2(pcg2(uvec2(ivec2(base + o)) + 77u)) / 4294967296.0;
    float d = length(o + 0.15 + 0.7 * r - at);
    if (d < first) { second = first; first = d; id = r; } else { second = min(second, d); }
  }
  float joint = (second - first) * cell * 0.5 - 0.012 - 0.05 * id.x;
  float soft = max(0.006, f);
  float plate = mask * smoothstep(-soft, soft, joint) * step(0.30, id.y);
  plate *= smoothstep(-0.10, 0.12, noise(p / 0.9 + 3.0) + 0.5 * noise(p / 0.23) + where - 0.12);
  float rough = noise(p / 0.07) * keep(0.07, f) + 0.7 * noise(p / 0.021) * keep(0.021, f);
  vec3 rock = mix(PAVER, STONE * 1.35, 0.45 * fract(id.x * 9.0)) * (0.9 + 0.22 * id.y + 0.25 * rough);
  g.albedo = mix(g.albedo, rock, 0.8 * plate);
  g.slope += plate * ((id - 0.5) * 0.10 + 0.35 * noise3(p / 0.16).yz * keep(0.16, f) * 0.3);
  float rim = smoothstep(0.05, 0.0, abs(joint)) * mask * step(0.30, id.y) * keep(0.1, f);
  g.open *= 1.0 - 0.35 * rim * (1.0 - plate);
  g.sun *= 1.0 - 0.25 * rim * (1.0 - plate);
}

// Two ruts of the rover's wheels: pressed, darker, with lighter crumbs at the rims.
void ruts(vec2 p, float aside, float f, inout Soil g) {
  if (aside > 1.7) return;
  float wander = 0.03 * noise(p / 1.3);
  float d = abs(aside - 1.14 + wander);
  float soft = max(0.03, f);
  float rut = 1.0 - smoothstep(0.165 - soft, 0.165 + soft, d);
  float rim = smoothstep(0.15, 0.20, d) * (1.0 - smoothstep(0.20, 0.34 + f, d));
  float crumbs = noise(p / 0.045) * keep(0.045, f) + noise(p / 0.13) * keep(0.13, f);
  g.albedo = mix(g.albedo, LAG * 0.92, 0.55 * rut);
  g.albedo *= 1.0 + rim * (0.06 + 0.5 * crumbs) + rut * 0.25 * crumbs;
  g.open *= 1.0 - 0.12 * rut;
  g.slope += rut * 0.25 * noise3(p / 0.06).yz * keep(0.06, f);
}

Soil soilAt(vec2 p, float f) {
  vec4 s = groundSurface(p, f);
  vec2 warp = p + 2.2 * vec2(noise(p / 9.0 + 3.3), noise(p / 9.0 + 47.1));
  float broad = noise(warp / 24.0) * 1.5 + noise(warp / 9.7 + 11.0) * keep(9.0, f);
  float mid = noise(warp / 3.1 + 5.0) * keep(3.1, f) + 0.8 * noise(p / 1.13 + 9.0) * keep(1.1, f);
  float fine = noise(p / 0.41) * keep(0.41, f) + 0.8 * noise(p / 0.16 + 7.0) * keep(0.16, f);
  float dusty = clamp(0.47 + 0.85 * broad + 0.50 * mid + 0.30 * fine, 0.0, 1.0);
  float sand = s.z;
  Soil g = Soil(mix(LAG, DUST, dusty), s.xy, 1.0, 1.0);
  g.albedo = mix(g.albedo, SAND * (0.92 + 0.3 * dusty), 0.75 * sand);
  float k1 = keep(0.034, f), k2 = keep(0.011, f), k3 = keep(0.0042, f);
  float grain = 0.0;
  if (k1 > 0.0) {
    vec3 a = noise3(p / 0.034);
    grain += 0.20 * a.x * k1;
    g.slope += (0.22 - 0.10 * sand) * a.yz * k1;
  }
  if (k2 > 0.0) {
    vec3 a = noise3(p / 0.011);
    grain += 0.30 * a.x * k2;
    g.slope += 0.16 * a.yz * k2;
  }
  if (k3 > 0.0) grain += 0.40 * noise(p / 0.0042) * k3;
  float k4 = keep(0.13, f) * (1.0 - 0.6 * sand);
  if (k4 > 0.0) g.slope += 0.10 * noise3(p / 0.13 + 2.0).yz * k4;
  g.albedo *= 1.0 + grain;
  if (sand < 0.98) slabs(p, f, g);
  float stony = (1.0 - 0.85 * sand) * clamp(1.25 - 1.1 * dusty + 0.5 * mid, 0.12, 1.0);
  pebbles(p, 0.031, 0.75 * stony, 0.3, 11u, f, g);
  pebbles(p, 0.049, 0.70 * stony, 1.1, 12u, f, g);
  pebbles(p, 0.083, 0.65 * stony, 0.7, 13u, f, g);
  pebbles(p, 0.14, 0.55 * stony, 0.1, 14u, f, g);
  pebbles(p, 0.23, 0.45 * stony, 1.4, 15u, f, g);
  ruts(p, s.w, f, g);
  return g;
}
