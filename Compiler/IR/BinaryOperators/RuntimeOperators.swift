// ONNX operators that the runtime executes as they are, in memory order.
extension Transpose: RuntimeOperator {}
extension Reshape: RuntimeOperator {}
extension Relu: RuntimeOperator {}
extension Clip: RuntimeOperator {}
extension Add: RuntimeOperator {}
extension Sub: RuntimeOperator {}
extension Mul: RuntimeOperator {}
extension Div: RuntimeOperator {}
extension Min: RuntimeOperator {}
extension Max: RuntimeOperator {}
extension Concat: RuntimeOperator {}
