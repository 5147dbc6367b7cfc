import BNNMIR

extension OperatorDecoder {
    /// Operators of QONNX.
    static let quantizers: [OperatorDecoder] = [
        .checked("BipolarQuant", domain: "qonnx.custom_op.general", inputs: 2...2, opsets: 1...Int.max) { _ in
            BipolarQuant()
        }
    ]
}
