// Range at which this pixel's ray hits the ground; starts just before the nearest hit of the lattice around.
uniform float lattice;      // [px] between rays of the lattice
float hitRange(vec3 origin, vec3 dir, float nearness) {
  if (ortho.w > 0.5) return groundRange(origin, dir, 0.02);
  float s = nearness + lattice * (abs(dFdx(nearness)) + abs(dFdy(nearness)));
  float start = s > 1.5e-5 ? 1.0 / s : 250.0;  // only sky around: a far peak may still be between
  float closing = max(-dir.z, 0.0) + 0.3 * length(dir.xy);
  return groundRange(origin, dir, max(0.02, start - (0.06 + 0.008 * start) / closing));
}
