// Slide a point along the sunlight down to the ground.
vec3 slide(vec3 p) {
  vec3 s = sunDir / max(sunDir.z, 0.05);
  float h = groundHeight(p.xy);
  for (int k = 0; k < 3; ++k) {
    vec2 q = p.xy - s.xy * max(p.z - h, 0.0);
    h = groundHeight(q);
  }
  return vec3(p.xy - s.xy * max(p.z - h, 0.0), h + 0.002);
}
