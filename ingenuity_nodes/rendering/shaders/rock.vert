in vec3 position, normal;   // of the unit rock
in vec3 centre, half_axes;
in vec3 turn;               // yaw, tilt about x, tilt about y
in vec2 tone;
in float ground;            // its height under the rock [m]
out vec3 world, facing, body;
out vec3 traits;
uniform float firstRock;    // number of the first rock drawn now
flat out float number;

void main() {
  mat3 R = turned(turn);
  body = position * half_axes;
  world = centre + R * body;
  facing = R * normalize(normal / half_axes);
  traits = vec3(tone, world.z - ground);
  number = firstRock + float(gl_InstanceID);
  float seen;
  gl_Position = clipPosition(world, seen);
  gl_ClipDistance[0] = seen;
}
