// Slide a point along the sunlight down to a plane that touches the ground.
uniform vec4 floorPlane;    // normal, and its distance from the origin [m]
vec3 slide(vec3 p) {
  float along = max(dot(floorPlane.xyz, sunDir), 0.05);
  return p - sunDir * max((dot(floorPlane.xyz, p) - floorPlane.w) / along, 0.0);
}
