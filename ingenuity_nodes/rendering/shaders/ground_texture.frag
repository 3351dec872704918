// Ground from cached textures seen from above, for the fast grey camera.
uniform sampler2DArray groundTexture;
uniform float finest;       // [m] one pixel of the finest level
uniform float tilesAcross;  // size of a level in its own pixels
uniform float level;        // of the height map used for the whole image
in vec2 uv;
in vec3 origin, dir;
in float nearness, pixelSees;
out vec4 colour;

void main() {
  vec3 d = normalize(dir);
  float down = max(-d.z, 0.03);
  float t = 1.0 / max(nearness, 1e-3);
  for (int k = 0; k < 2; ++k) {     // the lattice is already within centimetres
    vec2 p = origin.xy + d.xy * t;
    t += (origin.z + d.z * t - textureLod(heightMaps, mapCoordinate(p, level), 0.0).r) / (down + 0.04);
  }
  float f = t * pixelSees * min(inversesqrt(down), 3.0);
  // One level for each pixel, 0.9 to 1.9 times as wide: dithering between two levels would leave a
  // pattern fixed in the image, which the feature tracker would lock on to.
  float n = clamp(floor(log2(f / finest) + 0.9), 0.0, 8.0);
  vec2 p = (origin.xy + d.xy * t) / (finest * tilesAcross * exp2(n));
  float v = textureLod(groundTexture, vec3(p, n), 0.0).r;
  colour = vec4(nearness > 0.0 ? v : sqrt(gain * dot(skyRadiance(d), GREY)));
  gl_FragDepth = nearness > 0.0 ? 1.0 - NEAR / (t * 1.004 + 0.02) : 1.0;
}
