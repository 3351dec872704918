// Sun, dusty sky and haze. Radiances are relative: a white sheet under the overhead sun is near 1.
uniform vec3 sunDir;        // unit, toward the sun, in M
uniform vec3 sunColour;
uniform vec3 skyColour;     // mean sky light on level ground
uniform float hazeLength;   // [m]

vec3 skyRadiance(vec3 d) {
  float up = max(d.z, 0.0);
  float c = clamp(dot(d, sunDir), 0.0, 1.0);
  vec3 horizon = vec3(0.560, 0.432, 0.306), zenith = vec3(0.335, 0.248, 0.165);
  vec3 base = mix(horizon, zenith, 1.0 - exp(-3.2 * up));
  float glow = 0.10 / (1.02 - c) * 0.25;
  return base * (0.16 + 0.84 * clamp(sunDir.z * 1.3, 0.0, 1.0))
    + vec3(0.55, 0.52, 0.50) * min(glow, 3.0) * 0.25;
}

vec3 hazed(vec3 c, vec3 d, float t) {
  float left = exp(-t / hazeLength);
  return mix(skyRadiance(normalize(vec3(d.xy, max(d.z, 0.015)))), c, left);
}

// Part Lambert, part Lommel-Seeliger: dusty ground is flatter and brightens away from the sun's side.
vec3 lit(vec3 albedo, vec3 n, vec3 dir, float sun, float open) {
  float mu0 = max(dot(n, sunDir), 0.0);
  float mu = max(dot(n, -dir), 0.06);
  float c = clamp(dot(-dir, sunDir), -1.0, 1.0);
  float opposition = 1.0 + 0.22 * exp(-acos(c) * 5.0);
  float direct = mu0 * mix(1.0, 1.6 / (mu0 + mu + 0.25), 0.35) * opposition;
  // Sunlit ground around: its reflectance times the light on it.
  vec3 bounce = vec3(0.330, 0.222, 0.140) * (sunColour * sunDir.z + skyColour) * (0.5 - 0.5 * n.z);
  return albedo * (sunColour * direct * sun + open * (skyColour * (0.5 + 0.5 * n.z) + bounce));
}

const vec3 GREY = vec3(0.40, 0.40, 0.20);   // weight of the colours on a grey sensor
uniform float greyOnly;     // 1 for a grey camera
uniform float gain;         // of the camera's automatic exposure

uniform float label;        // of what is drawn: 1, or less for rocks in an image of the truth

vec4 stored(vec3 radiance) {
  vec3 c = mix(radiance, vec3(dot(radiance, GREY)), greyOnly);
  return vec4(sqrt(clamp(c * gain, 0.0, 1.0)), label);
}
