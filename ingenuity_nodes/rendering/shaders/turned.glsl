// Attitude of a rock: tilted about y, then x, then turned about z.
mat3 turned(vec3 a) {
  float cz = cos(a.x), sz = sin(a.x), cx = cos(a.y), sx = sin(a.y), cy = cos(a.z), sy = sin(a.z);
  return mat3(cz, sz, 0.0, -sz, cz, 0.0, 0.0, 0.0, 1.0)
    * mat3(1.0, 0.0, 0.0, 0.0, cx, sx, 0.0, -sx, cx) * mat3(cy, 0.0, -sy, 0.0, 1.0, 0.0, sy, 0.0, cy);
}
