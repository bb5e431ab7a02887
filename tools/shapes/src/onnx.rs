//! Writes the network as ONNX.

use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, tensor_shape_proto, type_proto,
};

use crate::network::{Linear, Network};
use crate::preprocess::SIDE;

/// The versions of the format and of its operators.
const IR_VERSION: i64 = 8;
const OPERATOR_VERSION: i64 = 17;

/// Returns the network as an ONNX file. Its input is `image`, its output `logits`.
#[must_use]
pub fn write(network: &Network) -> Vec<u8> {
    let mut graph = GraphProto { name: "shapes".to_owned(), ..GraphProto::default() };
    let mut value = "image".to_owned();
    let classes = network.layers.last().map_or(0, |layer| layer.biases.len());
    graph.input.push(value_info(&value, &[1, 3, SIDE, SIDE]));
    for (number, layer) in network.layers.iter().enumerate() {
        value = if number + 1 < network.layers.len() {
            convolution(&mut graph, layer, number, value)
        } else {
            dense(&mut graph, layer, value)
        };
    }
    graph.output.push(value_info(&value, &[1, classes]));
    let operators = OperatorSetIdProto { domain: String::new(), version: OPERATOR_VERSION };
    let model = ModelProto {
        ir_version: IR_VERSION,
        opset_import: vec![operators],
        producer_name: "shapes".to_owned(),
        graph: Some(graph),
        ..ModelProto::default()
    };
    model.encode_to_vec()
}

/// Adds a convolution and its ReLU, and returns the name of the output.
fn convolution(graph: &mut GraphProto, layer: &Linear, number: usize, input: String) -> String {
    let name = format!("convolution{number}");
    let shape = [layer.biases.len(), layer.inputs() / 9, 3, 3];
    let attributes =
        vec![numbers("kernel_shape", vec![3, 3]), numbers("pads", vec![1, 1, 1, 1]), numbers("strides", vec![2, 2])];
    let sums = weighted(graph, "Conv", &name, layer, &shape, input, attributes);
    node(graph, "Relu", &format!("relu{number}"), vec![sums], vec![])
}

/// Adds the dense layer, and returns the name of the output.
fn dense(graph: &mut GraphProto, layer: &Linear, input: String) -> String {
    let flat = node(graph, "Flatten", "flat", vec![input], vec![]);
    let shape = [layer.biases.len(), layer.inputs()];
    weighted(graph, "Gemm", "logits", layer, &shape, flat, vec![number("transB", 1)])
}

fn weighted(
    graph: &mut GraphProto,
    operator: &str,
    name: &str,
    layer: &Linear,
    shape: &[usize],
    input: String,
    attributes: Vec<AttributeProto>,
) -> String {
    let (weights, biases) = (format!("{name}.weights"), format!("{name}.biases"));
    graph.initializer.push(tensor(&weights, shape, &layer.weights));
    graph.initializer.push(tensor(&biases, &[layer.biases.len()], &layer.biases));
    node(graph, operator, name, vec![input, weights, biases], attributes)
}

/// Adds a node with one output, which has the node's name.
fn node(
    graph: &mut GraphProto,
    operator: &str,
    name: &str,
    input: Vec<String>,
    attribute: Vec<AttributeProto>,
) -> String {
    let (name, op_type) = (name.to_owned(), operator.to_owned());
    let output = vec![name.clone()];
    graph.node.push(NodeProto { input, output, name: name.clone(), op_type, attribute, ..NodeProto::default() });
    name
}

fn tensor(name: &str, shape: &[usize], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: shape.iter().map(|length| *length as i64).collect(),
        data_type: DataType::Float as i32,
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..TensorProto::default()
    }
}

fn number(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Int as i32, i, ..AttributeProto::default() }
}

fn numbers(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Ints as i32, ints, ..AttributeProto::default() }
}

fn value_info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let dimension = |length: &usize| tensor_shape_proto::Dimension {
        value: Some(tensor_shape_proto::dimension::Value::DimValue(*length as i64)),
        ..tensor_shape_proto::Dimension::default()
    };
    let shape = TensorShapeProto { dim: shape.iter().map(dimension).collect() };
    let tensor = type_proto::Tensor { elem_type: DataType::Float as i32, shape: Some(shape) };
    let value = Some(type_proto::Value::TensorType(tensor));
    let r#type = Some(TypeProto { value, ..TypeProto::default() });
    ValueInfoProto { name: name.to_owned(), r#type, ..ValueInfoProto::default() }
}
