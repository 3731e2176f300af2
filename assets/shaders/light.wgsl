// Sun, sky and haze of the hour, for everything that is drawn under them.
#define_import_path rainier::light

struct Light {
    // Direction to the sun, or to the moon by night, and how much of it is direct.
    sun: vec4<f32>,
    // Colour of the direct light; how much night it is.
    glow: vec4<f32>,
    // Light from above; whether there is detail to draw.
    above: vec4<f32>,
    // Light from below; how dry the season leaves grass and leaves.
    below: vec4<f32>,
    // Colour of the haze, which is the sky at the horizon, and its density per metre.
    haze: vec4<f32>,
    // Colour of the sky overhead; unused.
    zenith: vec4<f32>,
    // Direction to the true sun, and how much of its disc is seen.
    disc: vec4<f32>,
}

// Light without the sun's on a face.
fn ambient(light: Light, normal: vec3<f32>) -> vec3<f32> {
    return mix(light.below.rgb, light.above.rgb, 0.5 + 0.5 * normal.y);
}

// Light of the sun on a face.
fn direct(light: Light, normal: vec3<f32>) -> vec3<f32> {
    return light.glow.rgb * (light.sun.w * max(dot(normal, light.sun.xyz), 0.0));
}

// Colour of the clear sky in a direction; at and below the horizon that of the haze.
fn clear_sky(light: Light, towards: vec3<f32>) -> vec3<f32> {
    let up = max(towards.y, 0.0);
    let base = mix(light.zenith.rgb, light.haze.rgb, exp(-up * 6.0));
    let near = max(dot(towards, light.disc.xyz), 0.0);
    let near_fourth = near * near * near * near;
    let near_sixteenth = near_fourth * near_fourth * near_fourth * near_fourth;
    return base + light.glow.rgb * (light.disc.w * (0.10 * near_fourth + 0.16 * near_sixteenth));
}

// What the haze lets through of a colour at a distance, towards the ground.
fn hazed(light: Light, color: vec3<f32>, towards: vec3<f32>, far_m: f32) -> vec3<f32> {
    // The ground ends behind the haze.
    let clear = exp(-far_m * light.haze.w) * (1.0 - smoothstep(6500.0, 10500.0, far_m));
    let level = normalize(vec3<f32>(towards.x, max(towards.y, 0.0), towards.z) + vec3<f32>(1e-5, 0.0, 0.0));
    return mix(clear_sky(light, level), color, clear);
}

fn hash(p: vec2<f32>) -> f32 {
    var q = fract(vec3<f32>(p.xyx) * 0.1031);
    q = q + dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

// Smooth noise, 0 to 1.
fn noise(p: vec2<f32>) -> f32 {
    let cell = floor(p);
    let f = p - cell;
    let s = f * f * (3.0 - 2.0 * f);
    return mix(
        mix(hash(cell), hash(cell + vec2<f32>(1.0, 0.0)), s.x),
        mix(hash(cell + vec2<f32>(0.0, 1.0)), hash(cell + vec2<f32>(1.0, 1.0)), s.x),
        s.y,
    );
}
