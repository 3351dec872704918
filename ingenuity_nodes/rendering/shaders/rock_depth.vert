in vec3 position;
in vec3 centre, half_axes;
in vec3 turn;
uniform mat4 stoneSun;
void main() { gl_Position = stoneSun * vec4(centre + turned(turn) * (position * half_axes), 1.0); }
