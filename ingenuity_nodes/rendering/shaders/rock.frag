uniform float pixelAngle;
in vec3 world, facing, body;
in vec3 traits;              // tone, seed, height above the ground
flat in float number;
out vec4 colour;
void main() {
  if (label < 0.75) {        // an image of the truth: which rock this is, in three bytes
    colour = vec4(mod(number, 256.0), mod(floor(number / 256.0), 256.0), floor(number / 65536.0), 255.0 * label) / 255.0;
    return;
  }
  vec3 n = normalize(facing);
  vec3 d = world - p_MC;
  float t = length(d);
  d = ortho.w > 0.5 ? vec3(0.0, 0.0, -1.0) : d / t;
  float f = ortho.w > 0.5 ? ortho.z : t * pixelAngle;
  vec3 q = body + traits.y * 37.0;
  float coarse = valueNoise(q / 0.06) - 0.5;
  float rough = (valueNoise(q / 0.017) - 0.5) * (1.0 - smoothstep(0.006, 0.02, f));
  float pits = (valueNoise(q / 0.006 + 9.0) - 0.5) * (1.0 - smoothstep(0.002, 0.007, f));
  vec3 rock = mix(vec3(0.180, 0.136, 0.104), vec3(0.270, 0.200, 0.148), traits.x);
  rock *= 0.80 + 0.45 * fract(traits.y * 13.0) + 0.45 * coarse + 0.5 * rough + 0.5 * pits;
  n = normalize(n + 0.55 * (rough + pits) * vec3(1.0, -0.7, 0.4) + 0.3 * coarse * vec3(-0.6, 1.0, 0.0));
  float height = traits.z;
  float dust = smoothstep(0.55, 0.95, n.z + 0.35 * coarse) * 0.30 + (1.0 - smoothstep(0.0, 0.04, height)) * 0.25;
  vec3 albedo = mix(rock, vec3(0.400, 0.270, 0.170), clamp(dust, 0.0, 0.75));
  float open = 0.45 + 0.55 * smoothstep(-0.01, 0.10, height);
  float sun = pastRocks(world, normalize(facing)) * sunOverGround(world.xy);
  colour = stored(hazed(lit(albedo, n, d, sun, open), d, t));
}
