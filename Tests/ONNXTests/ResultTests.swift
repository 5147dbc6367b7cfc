// Results beyond a node's first: read, unread, and what they say about the node.

import BNNMIR
import Testing

@testable import BNNMONNX

@Suite struct ResultTests {
    private let all = OperatorDecoder.all

    private func attribute(_ name: String, _ value: Int64) -> ONNXAttributeProto {
        var attribute = ONNXAttributeProto()
        attribute.name = name
        attribute.type = .int
        attribute.i = value
        return attribute
    }

    private func attribute(_ name: String, _ values: [Int64]) -> ONNXAttributeProto {
        var attribute = ONNXAttributeProto()
        attribute.name = name
        attribute.type = .ints
        attribute.ints = values
        return attribute
    }

    @Test func indicesOfAPoolAreComputedWhereTheyAreRead() throws {
        var pool = node("MaxPool", ["x"], ["y", "i"])
        pool.attribute = [attribute("kernel_shape", [2]), attribute("strides", [2])]
        let inputs = [value("x", [1, 1, 4])]
        #expect(try importing(model([pool], inputs: inputs), decoders: all).graph.nodes[0]?.op is MaxPool)
        let graph = try importing(model([pool], inputs: inputs, outputs: ["y", "i"]), decoders: all).graph
        let results = try Interpreter(graph).run([Tensor([1, 1, 4], [1, 3, 7, 5] as [Float])])
        #expect(results == [Tensor([1, 1, 2], [3, 7] as [Float]), Tensor([1, 1, 2], [1, 2] as [Int64])])
    }

    @Test func indicesCountThroughAllSamples() throws {
        var pool = node("MaxPool", ["x"], ["y", "i"])
        pool.attribute = [attribute("kernel_shape", [2])]
        let inputs = [value("x", ["N", 1, 4])]
        #expect(throws: Never.self) { try importing(model([pool], inputs: inputs), decoders: all) }
        #expect(throws: ImportError.self) {
            try importing(model([pool], inputs: inputs, outputs: ["y", "i"]), decoders: all)
        }
    }

    @Test func aDropoutThatDropsNothingHasAMask() throws {
        func trained(ratio: Float) -> ONNXModelProto {
            var truth = tensor("t", type: 9, [])
            truth.int32Data = [1]
            return model(
                [node("Dropout", ["x", "r", "t"], ["y", "m"])], outputs: ["y", "m"],
                initializers: [floats("r", [], [ratio]), truth])
        }
        let x = Tensor([1, 3], [1, -2, 3] as [Float])
        for proto in [model([node("Dropout", ["x"], ["y", "m"])], outputs: ["y", "m"]), trained(ratio: 0)] {
            let results = try Interpreter(importing(proto, decoders: all).graph).run([x])
            #expect(results == [x, Tensor([1, 3], [1, 1, 1], .bool)])
        }
        expectFailure(
            trained(ratio: 0.5),
            """
            m.onnx: 1 place cannot be imported
              node 'Dropout_0' (Dropout): training_mode is true with ratio 0.5, so that it drops elements at random; valid are false, or ratio 0: export the model for inference
            """, decoders: all)
    }

    @Test func batchNormalizationWithSeveralResultsAsksForTrainingBeforeOpset14() throws {
        let ones = ["s", "b", "m", "v"].map { floats($0, [3], [1, 1, 1]) }
        let several = node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y", "rm", "rv"])
        expectFailure(
            model([several], initializers: ones, opset: 13),
            """
            m.onnx: 1 place cannot be imported
              node 'BatchNormalization_0' (BatchNormalization): has 3 results, which asks for training in opset 13; export the model for inference, with 1 result, or with opset 14 or later
            """, decoders: all)
        var training = several
        training.attribute = [attribute("training_mode", 1)]
        let graph = try importing(
            model([training], outputs: ["y", "rm", "rv"], initializers: ones, opset: 15), decoders: all
        ).graph
        #expect(graph.nodes[0]?.op is BatchNormalizationTraining)
    }

    @Test func nodesThatShareANameAreToldApart() throws {
        let m = model([
            node("Relu", ["x"], ["a"], name: "act"), node("Neg", ["a"], ["b"], name: "act"),
            node("Abs", ["b"], ["c"]), node("Sign", ["c"], ["y"], name: "Abs_2"),
        ])
        #expect(
            try importing(m, decoders: all).graph.nodes.map { $0?.name } == [
                "act of a", "act of b", "Abs_2_2", "Abs_2",
            ])
    }
}
