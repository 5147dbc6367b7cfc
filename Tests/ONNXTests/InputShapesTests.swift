import BNNMIR
import Testing

@testable import BNNMONNX

@Suite struct InputShapesTests {
    private let sign = [node("Sign", ["x"], ["y"])]

    private func type(_ shape: [Dimension]?, options: [String: [Int]] = [:]) throws -> (TensorType, Graph.Batch) {
        let graph = try importing(model(sign, inputs: [value("x", shape)]), options: .init(shapes: options)).graph
        return (graph[graph.inputs[0]].type, graph.batch)
    }

    @Test func openFirstDimensionIsTheBatch() throws {
        let named = try type(["N", 3, 8])
        #expect(named == (TensorType(.float32, [1, 3, 8]), .symbolic(name: "N")))
        let unnamed = try type(["", 3])
        #expect(unnamed == (TensorType(.float32, [1, 3]), .symbolic(name: "batch")))
        let negative = try type([-1, 3])
        #expect(negative == (TensorType(.float32, [1, 3]), .symbolic(name: "batch")))
    }

    @Test func shapeOptionFixesEverything() throws {
        #expect(try type(["N", 3, "H"], options: ["x": [4, 3, 9]]) == (TensorType(.float32, [4, 3, 9]), .fixed))
        #expect(try type(nil, options: ["x": [4, 3]]) == (TensorType(.float32, [4, 3]), .fixed))
    }

    @Test func unknownShapesAreReportedWithTheRemedy() {
        expectFailure(
            model(sign, inputs: [value("x", ["N", 3, "H", "W"]), value("z", nil), value("t", [1], type: 8)]),
            """
            m.onnx: the type of an input is not usable
              input 'x': has shape [N,3,H,W], of which only the first dimension may be left open; give all sizes: \
            --shape x=1x3x224x224
              input 'z': has no shape; give it one: --shape z=1x3x224x224
              input 't': has element type string; supported are float16, float32, float64, int8, int16, int32, int64, \
            uint8, uint16, uint32, uint64, bool
            """)
    }

    @Test func wrongShapeOptionsAreRefused() {
        expectFailure(
            model(sign), options: .init(shapes: ["q": [1]]),
            "m.onnx: --shape names 'q', which is not an input of the model; its inputs are 'x'")
        expectFailure(
            model(sign), options: .init(shapes: ["x": [1, 2, 3]]),
            """
            m.onnx: the type of an input is not usable
              input 'x': has 2 dimensions, [1,3], but --shape gives 3: [1, 2, 3]
            """)
        expectFailure(
            model(sign), options: .init(shapes: ["x": [0, Int.max]]),
            """
            m.onnx: the type of an input is not usable
              input 'x': gets the shape [0, 9223372036854775807] from --shape; sizes must be 1 or more, of at most \
            1099511627776 elements in all
            """)
    }

    @Test func inputsMustAgreeOnTheBatch() {
        expectFailure(
            model(sign, inputs: [value("x", ["N", 3]), value("z", ["M", 3]), value("c", [5])]),
            """
            m.onnx: inputs disagree on the number of samples; fix it for all of them with --shape
              input 'x': its first dimension is 'N'
              input 'z': its first dimension is 'M'
              input 'c': its first dimension is 5
            """)
    }
}
