import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

/// A model's image input taken as bytes: what the graph then is and computes, and which models it is refused for.
@Suite struct ByteInputTests {
    private func imported(_ input: ByteInput?, shape: [Dimension] = ["N", 2, 1, 3]) throws -> Graph {
        try importing(
            model([node("Relu", ["x"], ["y"])], inputs: [value("x", shape)]), options: .init(byteInput: input),
            decoders: OperatorDecoder.all
        ).graph
    }

    @Test func aLookupStandsInFrontOfEverything() throws {
        let graph = try imported(ByteInput(means: [1, 2], deviations: [2, 4]))
        #expect(graph.inputs.map { graph[$0].type } == [TensorType(.uint8, [1, 1, 3, 2])])
        #expect(graph.inputs.map { graph[$0].name } == ["x"])
        #expect(Verifier.problems(graph).isEmpty)
        let bytes = Tensor([1, 1, 3, 2], [0, 0, 1, 2, 255, 255] as [Int64], .uint8)
        let expected = Tensor([1, 2, 1, 3], [0, 0, 127, 0, 0, 63.25] as [Float])
        #expect(try Interpreter(graph).run([bytes]) == [expected])
    }

    @Test func planesStayPlanes() throws {
        let graph = try imported(ByteInput(means: [100], deviations: [10], isChannelsLast: false))
        #expect(graph.inputs.map { graph[$0].type } == [TensorType(.uint8, [1, 2, 1, 3])])
        let bytes = Tensor([1, 2, 1, 3], [0, 100, 101, 110, 250, 255] as [Int64], .uint8)
        let expected = Tensor([1, 2, 1, 3], [0, 0, 0.1, 1, 15, 15.5] as [Float])
        #expect(try Interpreter(graph).run([bytes]) == [expected])
    }

    @Test func everyNumberIsRoundedOnce() throws {
        let table = try #require(ByteInput(means: [123.675], deviations: [58.395])).table
        #expect(table.shape == [1, 256])
        for byte in [0, 1, 77, 123, 124, 255] {
            #expect(table.floats[byte] == Float((Double(byte) - 123.675) / 58.395))
        }
    }

    @Test func numbersThatCannotBeUsed() {
        #expect(ByteInput(means: [], deviations: []) == nil)
        #expect(ByteInput(means: [1], deviations: [1, 2]) == nil)
        for number in [0, -1, .nan, .infinity] as [Double] {
            #expect(ByteInput(means: [1], deviations: [number]) == nil)
        }
        #expect(ByteInput(means: [.nan], deviations: [1]) == nil)
    }

    @Test func modelsWithoutOneImageAreRefused() throws {
        let flat = model([node("Relu", ["x"], ["y"])])
        let options = ONNXImporter.Options(byteInput: ByteInput(means: [0], deviations: [255]))
        expectFailure(
            flat, options: options,
            "m.onnx: bytes can be taken by a model with one float32 image input [N,C,H,W]; its inputs are 'x' "
                + "float32[1,3]", decoders: OperatorDecoder.all)
        let two = model(
            [node("Add", ["x", "z"], ["y"])], inputs: [value("x", [1, 3, 2, 2]), value("z", [1, 3, 2, 2])])
        expectFailure(
            two, options: options,
            "m.onnx: bytes can be taken by a model with one float32 image input [N,C,H,W]; its inputs are 'x' "
                + "float32[1,3,2,2], 'z' float32[1,3,2,2]", decoders: OperatorDecoder.all)
        let three = ONNXImporter.Options(byteInput: ByteInput(means: [1, 2], deviations: [1, 2]))
        expectFailure(
            model([node("Relu", ["x"], ["y"])], inputs: [value("x", [1, 3, 2, 2])]), options: three,
            "m.onnx: input 'x' float32[1,3,2,2] has 3 channels; 2 means and deviations were given, 1 or 3 of each are "
                + "valid", decoders: OperatorDecoder.all)
    }
}
