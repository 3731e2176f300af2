//! The materials: the still world with its sky, shadows and moving air, racks that read the chip texture, and the air of halls as a plane and as points.

use bevy::asset::uuid_handle;
use bevy::mesh::{MeshVertexAttribute, MeshVertexBufferLayoutRef, VertexAttributeDescriptor};
use bevy::pbr::{MaterialPipeline, MaterialPipelineKey};
use bevy::prelude::*;
use bevy::reflect::TypePath;
use bevy::render::render_resource::{
    AsBindGroup, CompareFunction, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError, VertexFormat,
};
use bevy::shader::{Shader, ShaderRef};

const GROUND_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b001");
const RACK_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b002");
const SLICE_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b003");
const AIRFLOW_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b004");
const LIGHT_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b005");
const CUT_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b0c7");
const SKY_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b006");
const SHADOW_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b007");
const PLUME_SHADER: Handle<Shader> = uuid_handle!("6f0d2c52-0a6e-4a71-9d8e-6f31d1c2b008");

/// First chip of the rack; then columns, rows and face packed.
pub(crate) const ATTRIBUTE_IDS: MeshVertexAttribute =
    MeshVertexAttribute::new("RackIds", 0x7261_696e, VertexFormat::Uint32x2);

/// A corner of a point of air: its path, its number among the points of that path, where along the path it starts, and
/// which corner it is.
pub(crate) const ATTRIBUTE_POINT: MeshVertexAttribute =
    MeshVertexAttribute::new("AirPoint", 0x7261_696f, VertexFormat::Float32x4);

/// Columns of the chip texture.
pub(crate) const TEXTURE_COLUMNS: u32 = 1024;

/// Sets the vertex attributes of a pipeline. Walls are seen from both sides.
fn use_attributes(
    descriptor: &mut RenderPipelineDescriptor,
    layout: &MeshVertexBufferLayoutRef,
    attributes: &[VertexAttributeDescriptor],
) -> Result<(), SpecializedMeshPipelineError> {
    descriptor.vertex.buffers = vec![layout.0.get_layout(attributes)?];
    descriptor.primitive.cull_mode = None;
    Ok(())
}

/// What of its shader a material needs: what it does not need is not compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Needs {
    /// What surfaces and the sky are made of, beside their colours.
    detail: bool,
    /// What is cut open or seen through.
    cut: bool,
    /// A frame around what is selected.
    selected: bool,
}

impl Needs {
    /// Defines it for the shader.
    fn define(self, descriptor: &mut RenderPipelineDescriptor) {
        let names = [
            (self.detail, "DETAIL"),
            (self.cut, "CUT"),
            (self.selected, "SELECTED"),
            (self.detail || self.cut, "WORLD"),
        ];
        for (_, name) in names.into_iter().filter(|(needed, _)| *needed) {
            descriptor.vertex.shader_defs.push(name.into());
            if let Some(fragment) = &mut descriptor.fragment {
                fragment.shader_defs.push(name.into());
            }
        }
    }
}

/// Needs of materials.
macro_rules! needs {
    ($($material:ident: |$of:ident| $needs:expr;)*) => {
        $(impl From<&$material> for Needs {
            fn from($of: &$material) -> Self {
                $needs
            }
        })*
    };
}

needs! {
    GroundMaterial: |of| Self { detail: of.light.detail(), cut: of.cut.is_open(), ..Self::default() };
    SkyMaterial: |of| Self { detail: of.light.detail(), ..Self::default() };
    RackMaterial: |of| Self { detail: of.detail, cut: of.cut.is_open(), selected: of.look.selected.x < of.look.selected.y };
}

/// Sun, sky and haze; see `light.wgsl`.
#[derive(ShaderType, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Light {
    /// Direction to the sun, or to the moon by night, and how much of it is direct.
    pub(crate) sun: Vec4,
    /// Colour of the direct light; how much night it is.
    pub(crate) glow: Vec4,
    /// Light from above; whether there is detail to draw.
    pub(crate) above: Vec4,
    /// Light from below; how dry the season leaves grass and leaves, 0 to 1.
    pub(crate) below: Vec4,
    /// Colour of the haze, which is the sky at the horizon, and its density per metre.
    pub(crate) haze: Vec4,
    /// Colour of the sky overhead; unused.
    pub(crate) zenith: Vec4,
    /// Direction to the true sun, and how much of its disc is seen.
    pub(crate) disc: Vec4,
}

impl Light {
    /// Whether there is detail to draw.
    fn detail(&self) -> bool {
        self.above.w > 0.5
    }
}

/// What is cut away of a building, or seen through.
#[derive(ShaderType, Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Cut {
    /// Plane: its direction east and south, how far out it stands, m; 1 to see through walls and roofs, 2 to cut.
    pub(crate) plane: Vec4,
    /// What it is about: least east and south, most east and south, m.
    pub(crate) around: Vec4,
}

impl Cut {
    /// Whether anything is cut away or seen through.
    fn is_open(&self) -> bool {
        self.plane.w > 0.5
    }
}

/// A material of what can be cut open.
pub(crate) trait CutOpen: Material {
    /// How it is cut.
    fn cut(&self) -> Cut;
    /// Cuts it in another way.
    fn set_cut(&mut self, cut: Cut);
}

/// Materials with a cut of their own.
macro_rules! cut_open {
    ($($material:ident),*) => {
        $(impl CutOpen for $material {
            fn cut(&self) -> Cut {
                self.cut
            }
            fn set_cut(&mut self, cut: Cut) {
                self.cut = cut;
            }
        })*
    };
}

cut_open!(GroundMaterial, RackMaterial, SliceMaterial, AirflowMaterial);

/// The still world: vertex colours and surfaces under one sun.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
#[bind_group_data(Needs)]
pub(crate) struct GroundMaterial {
    /// Its light.
    #[uniform(0)]
    pub(crate) light: Light,
    /// How it is looked into.
    #[uniform(1)]
    pub(crate) cut: Cut,
}

impl Material for GroundMaterial {
    fn vertex_shader() -> ShaderRef {
        GROUND_SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        GROUND_SHADER.into()
    }
    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        key.bind_group_data.define(descriptor);
        let attributes = [
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            Mesh::ATTRIBUTE_NORMAL.at_shader_location(1),
            Mesh::ATTRIBUTE_COLOR.at_shader_location(2),
            Mesh::ATTRIBUTE_UV_0.at_shader_location(3),
        ];
        use_attributes(descriptor, layout, &attributes)
    }
}

/// The sky behind everything.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
#[bind_group_data(Needs)]
pub(crate) struct SkyMaterial {
    /// Its light.
    #[uniform(0)]
    pub(crate) light: Light,
}

impl Material for SkyMaterial {
    fn vertex_shader() -> ShaderRef {
        SKY_SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        SKY_SHADER.into()
    }
    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        key.bind_group_data.define(descriptor);
        if let Some(depth) = &mut descriptor.depth_stencil {
            depth.depth_write_enabled = Some(false);
        }
        use_attributes(descriptor, layout, &[Mesh::ATTRIBUTE_POSITION.at_shader_location(0)])
    }
}

/// Shadows on level planes.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
pub(crate) struct ShadowMaterial {
    /// The light that casts them.
    #[uniform(0)]
    pub(crate) light: Light,
}

impl Material for ShadowMaterial {
    fn vertex_shader() -> ShaderRef {
        SHADOW_SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        SHADOW_SHADER.into()
    }
    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Multiply
    }
    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        if let Some(depth) = &mut descriptor.depth_stencil {
            // A second body over the same place is not nearer than the first: it does not darken it again.
            depth.depth_write_enabled = Some(true);
            depth.depth_compare = Some(CompareFunction::Greater);
        }
        let attributes = [
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            Mesh::ATTRIBUTE_COLOR.at_shader_location(1),
            Mesh::ATTRIBUTE_UV_0.at_shader_location(2),
        ];
        use_attributes(descriptor, layout, &attributes)
    }
}

/// How the air over a building looks.
#[derive(ShaderType, Debug, Clone, Copy, PartialEq)]
pub(crate) struct PlumeLook {
    /// How much there is of heat, vapour, exhaust, and light of lamps, 0 to 1.
    pub(crate) much: Vec4,
    /// Wind, m/s east and south; unused.
    pub(crate) wind: Vec4,
    /// Light from above, with the sun's.
    pub(crate) lit: Vec4,
    /// Colour of the haze, and its density per metre.
    pub(crate) haze: Vec4,
}

/// Air that rises over a building and its gensets, and light of its lamps on the ground.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
pub(crate) struct PlumeMaterial {
    /// Its look.
    #[uniform(0)]
    pub(crate) look: PlumeLook,
}

impl Material for PlumeMaterial {
    fn vertex_shader() -> ShaderRef {
        PLUME_SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        PLUME_SHADER.into()
    }
    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Premultiplied
    }
    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let attributes = [
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            Mesh::ATTRIBUTE_COLOR.at_shader_location(1),
        ];
        use_attributes(descriptor, layout, &attributes)
    }
}

/// How racks look.
#[derive(ShaderType, Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Selected chips (first, end), columns of the texture, how racks are coloured: 0 by value, 1 plain, 2 by number of
    /// a colour.
    pub(crate) selected: UVec4,
    /// Colour of the haze, and its density per metre.
    pub(crate) haze: Vec4,
    /// Stops of the colour map.
    pub(crate) map: [Vec4; 8],
    /// Colours by number.
    pub(crate) palette: [Vec4; 26],
}

/// All racks: one texel a chip.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
#[bind_group_data(Needs)]
pub(crate) struct RackMaterial {
    /// Its look.
    #[uniform(0)]
    pub(crate) look: Look,
    /// The chips' values, 0 to 1.
    #[texture(1, sample_type = "float", filterable = false)]
    pub(crate) chips: Handle<Image>,
    /// How it is looked into.
    #[uniform(2)]
    pub(crate) cut: Cut,
    /// Whether trays have fronts.
    pub(crate) detail: bool,
}

impl Material for RackMaterial {
    fn vertex_shader() -> ShaderRef {
        RACK_SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        RACK_SHADER.into()
    }
    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        key.bind_group_data.define(descriptor);
        let attributes = [
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            Mesh::ATTRIBUTE_UV_0.at_shader_location(1),
            ATTRIBUTE_IDS.at_shader_location(2),
        ];
        use_attributes(descriptor, layout, &attributes)
    }
}

/// How the plane of air looks.
#[derive(ShaderType, Debug, Clone, Copy)]
pub(crate) struct SliceLook {
    /// Rows and racks a row of the hall; lines of equal temperature over the whole scale; unused.
    pub(crate) grid: Vec4,
    /// Colour of the haze, and its density per metre.
    pub(crate) haze: Vec4,
    /// Stops of the colour map.
    pub(crate) map: [Vec4; 8],
}

/// A plane through the air of a hall: four texels a rack, from its cold aisle to its hot aisle.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
pub(crate) struct SliceMaterial {
    /// Its look.
    #[uniform(0)]
    pub(crate) look: SliceLook,
    /// Temperatures, 0 to 1 over the colour map.
    #[texture(1, sample_type = "float", filterable = false)]
    pub(crate) air: Handle<Image>,
    /// How it is looked into.
    #[uniform(2)]
    pub(crate) cut: Cut,
}

impl Material for SliceMaterial {
    fn vertex_shader() -> ShaderRef {
        SLICE_SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        SLICE_SHADER.into()
    }
    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Blend
    }
    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let attributes = [
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            Mesh::ATTRIBUTE_UV_0.at_shader_location(1),
        ];
        use_attributes(descriptor, layout, &attributes)
    }
}

/// How points of air look.
#[derive(ShaderType, Debug, Clone, Copy)]
pub(crate) struct AirflowLook {
    /// Temperatures at the ends of the colour map, °C; length and half width of a point, m.
    pub(crate) scale: Vec4,
    /// Colour of the haze, and its density per metre.
    pub(crate) haze: Vec4,
    /// Stops of the colour map.
    pub(crate) map: [Vec4; 8],
}

/// Points that go along with the air: their places are found in the vertex shader from the textures.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
pub(crate) struct AirflowMaterial {
    /// Their look.
    #[uniform(0)]
    pub(crate) look: AirflowLook,
    /// Paths, one a row: equal steps along it, as east, up and south in m, and the temperature there, °C.
    #[texture(1, sample_type = "float", filterable = false, visibility(vertex))]
    pub(crate) paths: Handle<Image>,
    /// A texel a path: how far its points have come, how many are shown, its length in m, how far they stray in m.
    #[texture(2, sample_type = "float", filterable = false, visibility(vertex))]
    pub(crate) flows: Handle<Image>,
    /// How it is looked into.
    #[uniform(3)]
    pub(crate) cut: Cut,
}

impl Material for AirflowMaterial {
    fn vertex_shader() -> ShaderRef {
        AIRFLOW_SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        AIRFLOW_SHADER.into()
    }
    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Blend
    }
    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        use_attributes(descriptor, layout, &[ATTRIBUTE_POINT.at_shader_location(0)])
    }
}

pub(crate) fn plugin(app: &mut App) {
    let mut shaders = app.world_mut().resource_mut::<Assets<Shader>>();
    let ground = Shader::from_wgsl(include_str!("../../../assets/shaders/ground.wgsl"), "ground.wgsl");
    let racks = Shader::from_wgsl(include_str!("../../../assets/shaders/racks.wgsl"), "racks.wgsl");
    let slice = Shader::from_wgsl(include_str!("../../../assets/shaders/slice.wgsl"), "slice.wgsl");
    let airflow = Shader::from_wgsl(include_str!("../../../assets/shaders/airflow.wgsl"), "airflow.wgsl");
    let light = Shader::from_wgsl(include_str!("../../../assets/shaders/light.wgsl"), "light.wgsl");
    let cut = Shader::from_wgsl(include_str!("../../../assets/shaders/cut.wgsl"), "cut.wgsl");
    let sky = Shader::from_wgsl(include_str!("../../../assets/shaders/sky.wgsl"), "sky.wgsl");
    let shadow = Shader::from_wgsl(include_str!("../../../assets/shaders/shadow.wgsl"), "shadow.wgsl");
    let plume = Shader::from_wgsl(include_str!("../../../assets/shaders/plume.wgsl"), "plume.wgsl");
    for (handle, shader) in [
        (&LIGHT_SHADER, light),
        (&CUT_SHADER, cut),
        (&SKY_SHADER, sky),
        (&SHADOW_SHADER, shadow),
        (&PLUME_SHADER, plume),
        (&GROUND_SHADER, ground),
        (&RACK_SHADER, racks),
        (&SLICE_SHADER, slice),
        (&AIRFLOW_SHADER, airflow),
    ] {
        if let Err(error) = shaders.insert(handle, shader) {
            bevy::log::error!("a shader was refused: {error}");
        }
    }
    app.add_plugins((
        MaterialPlugin::<GroundMaterial>::default(),
        MaterialPlugin::<SkyMaterial>::default(),
        MaterialPlugin::<ShadowMaterial>::default(),
        MaterialPlugin::<PlumeMaterial>::default(),
        MaterialPlugin::<RackMaterial>::default(),
        MaterialPlugin::<SliceMaterial>::default(),
        MaterialPlugin::<AirflowMaterial>::default(),
    ));
}
