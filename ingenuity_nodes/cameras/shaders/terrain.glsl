// The ground's shape from nested maps, each four times coarser and larger than the one before.
uniform sampler2DArray heightMaps;
uniform sampler2DArray surfaceMaps;  // slope x, slope y, ripples, distance from the rover's path
uniform vec2 mapCentre[6];
uniform float firstCell;             // [m]
uniform float mapSize;               // [cells]

const int LEVELS = 6;
const float INNER = 256.0, OUTER = 350.0;  // [cells] from the camera: where a level starts and ends to fade

void levelAt(vec2 p, out float level, out float fade) {
  vec2 d = abs(p - p_MC.xy) / firstCell;
  float r = max(max(d.x, d.y), 1.0);
  level = clamp(floor(0.5 * log2(r / INNER)) + 1.0, 0.0, float(LEVELS - 1));
  float outer = level < 0.5 ? 1.0 : exp2(2.0 * (level - 1.0));
  fade = level < 0.5 ? 0.0 : 1.0 - clamp((r / outer - INNER) / (OUTER - INNER), 0.0, 1.0);
}

vec3 mapCoordinate(vec2 p, float level) {
  int k = int(level);
  return vec3((p - mapCentre[k]) / (firstCell * exp2(2.0 * level) * mapSize) + 0.5, level);
}

float groundHeight(vec2 p) {
  float level, fade;
  levelAt(p, level, fade);
  float h = textureLod(heightMaps, mapCoordinate(p, level), 0.0).r;
  if (fade > 0.0) h = mix(h, textureLod(heightMaps, mapCoordinate(p, level - 1.0), 0.0).r, fade);
  return h;
}

vec4 groundSurface(vec2 p, float f) {
  float level, fade;
  levelAt(p, level, fade);
  float lod = max(0.0, log2(f / (firstCell * exp2(2.0 * level))));
  vec4 s = textureLod(surfaceMaps, mapCoordinate(p, level), lod);
  if (fade > 0.0) s = mix(s, textureLod(surfaceMaps, mapCoordinate(p, level - 1.0), lod + 2.0), fade);
  return s;
}

// Distance along a ray to the ground, or -1. Steps are safe for ground less steep than assumed.
float groundRange(vec3 origin, vec3 dir) {
  float level = length(dir.xy), down = -dir.z;
  float t = 0.02, g = 0.0;
  if (down > 0.9999) return origin.z - groundHeight(origin.xy);
  for (int k = 0; k < 220; ++k) {
    vec3 p = origin + dir * t;
    g = p.z - groundHeight(p.xy);
    float steepest = t < 600.0 ? 0.30 : 0.55;
    float closing = down + steepest * level;
    if (g < 0.012 * t * max(down, 0.02) || closing <= 0.0) break;
    t += g / max(closing, 0.02);
    if (t > 45000.0 || (down < 0.0 && p.z > 1500.0)) return -1.0;
  }
  for (int k = 0; k < 2; ++k) {
    vec3 p = origin + dir * t;
    g = p.z - groundHeight(p.xy);
    vec2 slope = groundSurface(p.xy, 0.0).xy;
    t += g / max(down + dot(slope, dir.xy), 0.02);
  }
  return t;
}
