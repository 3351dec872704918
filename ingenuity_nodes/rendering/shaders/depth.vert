in vec3 position;
uniform mat4 pose, sunView;
void main() { gl_Position = sunView * pose * vec4(position, 1.0); }
