// The ground's shape from nested maps, each four times coarser and larger than the one before.
// Software rendering runs both sides of every branch, so no branch is used to save a fetch.
uniform sampler2DArray heightMaps;
uniform sampler2DArray surfaceMaps;  // slope x, slope y, ripples, distance from the rover's path
uniform vec2 mapCentre[6];
uniform float firstCell;             // [m]
uniform float mapSize;               // [cells]
uniform float leastLevel;            // finer maps are not used

const int LEVELS = 6;
const float INNER = 256.0, OUTER = 350.0;  // [cells] from the camera: where a level starts and ends to fade

vec3 mapCoordinate(vec2 p, float level) {
  return vec3((p - mapCentre[int(level)]) / (firstCell * exp2(2.0 * level) * mapSize) + 0.5, level);
}

float steppedLevel(float r) {  // r in cells of the first map
  return clamp(floor(0.5 * log2(r / INNER)) + 1.0, leastLevel, float(LEVELS - 1));
}

float groundHeight(vec2 p) {
  vec2 d = abs(p - p_MC.xy) / firstCell;
  return textureLod(heightMaps, mapCoordinate(p, steppedLevel(max(max(d.x, d.y), 1.0))), 0.0).r;
}

vec4 groundSurface(vec2 p, float f) {
  vec2 d = abs(p - p_MC.xy) / firstCell;
  float r = max(max(d.x, d.y), 1.0);
  float level = steppedLevel(r);
  float start = INNER * exp2(2.0 * (level - 1.0));
  float fade = clamp((r - start) / (start * (OUTER / INNER - 1.0)), 0.0, 1.0);
  float finer = max(level - 1.0, leastLevel);
  float lod = max(0.0, floor(log2(f / (firstCell * exp2(2.0 * level))) + 0.5));
  vec4 a = textureLod(surfaceMaps, mapCoordinate(p, level), lod);
  vec4 b = textureLod(surfaceMaps, mapCoordinate(p, finer), lod + 2.0 * (level - finer));
  return mix(b, a, fade);
}

// Distance along a ray to the ground, or -1. Steps are safe for ground less steep than assumed.
float groundRange(vec3 origin, vec3 dir, float start) {
  float level = length(dir.xy), down = -dir.z;
  float t = start, before = max(start - 1.0, 0.0), g = 0.0, above = 1e3;
  bool met = false;
  for (int k = 0; k < 400; ++k) {
    vec3 p = origin + dir * t;
    g = p.z - groundHeight(p.xy);
    float closing = down + (t < 600.0 ? 0.30 : 0.42) * level;
    if (closing <= 0.0) return -1.0;  // rising faster than any hill
    bool under = g < 0.0 && k == 0 && start > 0.05;
    met = !under && g < 0.012 * t * max(down, 0.01);
    if (met) break;
    before = t;
    above = g;
    float least = t > 600.0 ? t * max(0.006, 3e-6 * t) : 0.0;  // the far maps are that coarse
    t = under ? 0.02 : t + max(g / max(closing, 0.02), least);
    if (t > 45000.0 || (down < 0.0 && p.z > 1500.0)) return -1.0;
  }
  for (int k = 0; k < 2; ++k) {   // close in along the chord of the last two heights
    float closing = max((above - g) / max(t - before, 1e-4), 0.3 * down + 0.01);
    before = t;
    above = g;
    t += clamp(g / closing, -0.02 * t - 0.5, 0.01 * t + 0.5);
    g = origin.z + dir.z * t - groundHeight(origin.xy + dir.xy * t);
  }
  return met || down > 0.0 ? t : -1.0;
}

uniform float sunSteps;     // 0 under a high sun, when the ground casts no shadow on itself

// Fraction of the sunlight that hummocks, ripples and hills leave at a point on the ground.
float sunOverGround(vec2 p) {
  if (sunSteps < 0.5) return 1.0;
  vec3 q = vec3(p, groundHeight(p) + 0.008);
  float least = 1.0, t = 0.2;
  for (int k = 0; k < int(sunSteps); ++k) {
    vec3 at = q + sunDir * t;
    least = min(least, (at.z - groundHeight(at.xy)) / t);
    t *= 2.0;
  }
  return smoothstep(-0.004, 0.016, least);
}
