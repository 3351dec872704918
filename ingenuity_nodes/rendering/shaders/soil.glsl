// Material of the ground at one point, filtered to a pixel that covers f metres.
// TIER 0 draws everything, 1 leaves out what is finer than 8 mm, 2 what is finer than 42 mm:
// those layers have faded to nothing there, so the tiers join without a seam.
struct Soil { vec3 albedo; vec2 slope; float sun; float open; };
uniform float bareSand;     // fraction of grains and pebbles that rippled ground lacks
vec2 towardEye = vec2(0.0); // level direction from the ground to the camera

const vec3 DUST = vec3(0.378, 0.262, 0.170);
const vec3 LAG = vec3(0.232, 0.162, 0.110);
const vec3 SAND = vec3(0.275, 0.188, 0.124);
const vec3 ROCK = vec3(0.185, 0.140, 0.106);
const vec3 PAVER = vec3(0.315, 0.232, 0.166);

float keep(float wave, float f) { return 1.0 - smoothstep(0.22, 0.75, f / wave); }

// One layer of pebbles, at most one in each cell of a turned lattice: broken pieces with a flat top.
void pebbles(vec2 p, float cell, float density, float turn, uint salt, float f, float wobble, inout Soil g) {
  float k = 1.0 - smoothstep(0.10, 0.40, f / cell);
  mat2 R = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
  vec2 q = R * p / cell;
  vec2 base = floor(q);
  uvec3 bits = pcg3(uvec3(uvec2(ivec2(base)), salt));
  vec3 a = vec3(bits & 0xFFFFu) / 65535.0, b = vec3(bits >> 16u) / 65535.0;
  k *= step(a.x, density);
  float radius = 0.07 + 0.20 * b.x * b.x * b.x;
  vec2 off = q - base - 0.5 - (a.yz - 0.5) * (0.9 - 2.0 * radius);
  vec2 shift = R * sunDir.xy / max(sunDir.z, 0.25) * radius * 0.6;
  float angle = 6.2832 * b.y;
  mat2 T = mat2(cos(angle), -sin(angle), sin(angle), cos(angle));
  vec2 form = vec2(1.0, 1.1 + 0.7 * b.z) / radius;
  vec2 l = T * off * form, m = T * (off + shift) * form;
  vec2 skew = 0.5 * a.zy - 0.25;
  vec2 h = abs(l + skew * l.yx * 0.5), i = abs(m);
  // Between a disc and a skewed, unequal hexagon: broken rock has straight sides.
  float d = mix(length(l), max(max(h.x, (0.4 + 0.2 * a.y) * h.x + 0.866 * h.y), 0.95 * length(l + 0.6 * skew)), 0.75) + wobble;
  float e = mix(length(m), max(i.x, 0.5 * i.x + 0.866 * i.y), 0.75) + wobble;
  float soft = clamp(0.8 * f / (radius * cell), 0.10, 1.2);
  float in1 = k * (1.0 - smoothstep(1.0 - soft, 1.0 + 0.5 * soft, d));
  g.sun *= 1.0 - 0.85 * k * (1.0 - smoothstep(0.94 - soft, 1.02 + 0.6 * soft, e)) * (1.0 - in1);
  g.open *= 1.0 - 0.16 * k * (1.0 - smoothstep(0.9, 1.35, d)) * (1.0 - in1);
  float tone = 0.62 + 0.75 * fract(b.z * 7.0 + a.y) * fract(b.y * 5.0 + a.z) + 0.35 * a.y;
  vec3 rock = mix(ROCK * tone, DUST * 0.92, 0.10 + 0.66 * b.z) * (1.0 + 0.9 * wobble);
  g.albedo = mix(g.albedo, rock, in1);
  // A tilted top, and sides that fall off where they face the eye.
  vec2 out1 = transpose(R) * (transpose(T) * l) / max(length(l), 1e-3);
  float side = 0.25 + 0.75 * smoothstep(-0.2, 0.7, dot(out1, towardEye));
  vec2 facet = (a.yz - 0.5) * 0.9 + 0.5 * (b.xy - 0.5) * sign(l.x + (a.x - 0.5) * 0.6);
  g.slope = mix(g.slope, g.slope * 0.3 - out1 * (1.5 * side * smoothstep(0.50, 1.0, d)) + facet, in1);
}

// Flat slabs of bedrock with sand in their joints.
void slabs(vec2 p, float f, float broad, float mid, float grain, float sand, inout Soil g) {
  vec3 bent = noise3(p / 0.43 + 5.0);
  float where = noise(p / 17.0 + 31.7) + 0.28 * mid;
  float mask = smoothstep(0.19, 0.30, where) * keep(1.2, f) * (1.0 - sand);
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
  vec3 rock = mix(PAVER, ROCK * 1.35, 0.5 * fract(id.x * 9.0)) * (0.88 + 0.24 * id.y + 0.9 * grain);
  g.albedo = mix(g.albedo, rock, 0.62 * plate);
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

// Threshold a noise to specks: 0 below one level, 1 above another.
float specks(float n, float low, float high) { return smoothstep(low, high, n); }

#ifdef ORTHOPHOTO
uniform sampler2D orthophoto;   // tones over the brightest; row 0 southernmost
uniform vec3 photoBox;          // west, south: centre of the first pixel; its width [m]
uniform float brightest;

// Tone of the ground from above, mean 1, and in w how much of it is photographed here.
vec4 toneAt(vec2 p, float f) {
  vec2 size = vec2(textureSize(orthophoto, 0));
  vec2 at = (p - photoBox.xy) / photoBox.z + 0.5;
  vec2 aside = min(at, size - at);
  float inside = smoothstep(0.0, 4.0, min(aside.x, aside.y));
  vec3 tone = brightest * textureLod(orthophoto, at / size, log2(max(f / photoBox.z, 1.0))).rgb;
  return vec4(mix(vec3(1.0), tone, inside), inside);
}
#endif

Soil soilAt(vec2 p, float f) {
  vec4 s = groundSurface(p, f);
  float sand = s.z, bare = sand * bareSand;
  float loose = 1.0 - 0.97 * bare;
  vec2 warp = p + 1.1 * noise3(p / 9.0 + 3.3).yz;
  float broad = 1.4 * noise(warp / 24.0) * keep(24.0, f) + noise(warp / 8.7 + 11.0) * keep(9.0, f)
    + 0.6 * noise(p / 210.0 + 1.7);
  float mid = noise(warp / 2.6 + 5.0) * keep(2.6, f) + 0.8 * noise(p / 0.97 + 9.0) * keep(0.97, f);
#ifdef ORTHOPHOTO
  vec4 tone = toneAt(p, f);
  broad *= 1.0 - tone.w;   // drifts are those of the photo
  mid *= 1.0 - tone.w * keep(2.6, photoBox.z);
#endif
  vec3 hummock = noise3(p / 0.37);
  vec3 clod = noise3(p / 0.14 + 7.0);
  float k5 = keep(0.37, f), k4 = keep(0.14, f);
  float fine = hummock.x * k5 + 0.9 * clod.x * k4;
  float grain = 0.10 * clod.x * k4, gravel = 0.0;
  vec2 rough = vec2(0.0);
#if TIER < 2
  vec3 lump = noise3(p / 0.034);
  float k3 = keep(0.034, f);
  fine += 0.8 * lump.x * k3;
  gravel += specks(lump.x, 0.10, 0.30) * k3;
  rough += 0.20 * lump.yz * k3;
#endif
#if TIER < 1
  vec3 grit = noise3(p / 0.011);
  float k2 = keep(0.011, f);
  gravel += 0.8 * specks(grit.x + 0.3 * lump.x, 0.14, 0.30) * k2;
  grain += (0.30 * specks(-grit.x, 0.12, 0.34) + 0.16 * grit.x) * k2
    + 0.40 * noise(p / 0.0042) * keep(0.0042, f);
  rough += 0.22 * grit.yz * k2;
#endif
  // Dust forms drifts whose edges break up into grains.
  float drift = 0.48 + 0.80 * broad + 0.50 * mid + 0.30 * fine;
  float dusty = mix(clamp(drift, 0.0, 1.0), smoothstep(0.12, 0.84, drift), 0.6);
  float stony = (1.0 - bare) * clamp(1.42 - 1.15 * dusty + 0.6 * mid, 0.16, 1.0);
  Soil g = Soil(mix(LAG, DUST, dusty), s.xy, 1.0, 1.0);
  g.albedo = mix(g.albedo, ROCK * 1.05, 0.55 * gravel * stony);
  g.albedo = mix(g.albedo, SAND * (0.96 + 0.15 * dusty * loose), max(0.55 * sand, 0.98 * bare));
  g.slope += loose * (0.06 * hummock.yz * k5 + 0.10 * clod.yz * k4 + rough);
  g.albedo *= 1.0 + loose * grain;
  slabs(p, f, broad, mid, grain, sand, g);
#if TIER < 1
  pebbles(p, 0.021, 0.92 * stony, 0.3, 11u, f, 0.7 * grit.x, g);
#endif
#if TIER < 2
#if TIER < 1
  float edge = 0.65 * grit.x * k2 + 0.4 * lump.x;
#else
  float edge = 0.4 * lump.x;
#endif
  pebbles(p, 0.036, 0.85 * stony, 1.1, 12u, f, edge, g);
  pebbles(p, 0.060, 0.75 * stony, 0.7, 13u, f, edge, g);
  pebbles(p, 0.100, 0.60 * stony, 0.1, 14u, f, edge, g);
#endif
  ruts(p, s.w, f, grain + 0.3 * fine, rough, g);
#ifdef ORTHOPHOTO
  g.albedo = min(g.albedo * tone.rgb, vec3(0.9));
#endif
  return g;
}
