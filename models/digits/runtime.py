"""ONNX Runtime as the reference: graph optimization disabled, one thread, CPU."""

import onnxruntime


def run(model, images, output_names=None):
    """Return the named outputs (all graph outputs by default) of an onnx.ModelProto on float32 [N,1,8,8]."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(output_names, {session.get_inputs()[0].name: images})
