import BNNMIR
import Testing

@testable import BNNMONNX

@Suite struct BatchCheckTests {
    private let open = [value("x", ["N", 3])]

    @Test func expandedConstantsFollowTheBatch() throws {
        let m = model(
            [node("Shape", ["x"], ["s"]), node("Expand", ["w", "s"], ["e"]), node("Add", ["x", "e"], ["y"])],
            inputs: open, initializers: [floats("w", [3], [1, 2, 3])])
        let graph = try importing(m).graph
        #expect(graph.batch == .symbolic(name: "N"))
        #expect(try Interpreter(graph).run([Tensor([1, 3], [1, 1, 1] as [Float])])[0].floats == [2, 3, 4])
    }

    @Test func nodesThatMixSamplesAreListed() {
        let message = """
            m.onnx: the number of samples ('N') is open, but the samples are not independent of each other; fix it with \
            --shape x=1x3
              node 'j1' (Join): mixes samples
              node 'j2' (Join): mixes samples
            """
        expectFailure(
            model(
                [
                    node("Join", ["x"], ["a"], name: "j1"), node("Sign", ["a"], ["y"]),
                    node("Join", ["x"], ["b"], name: "j2"),
                ], inputs: open),
            message)
    }

    @Test func mixingIsFineWhereTheBatchIsFixedOrConstantsAreMixed() throws {
        let join = node("Join", ["x"], ["y"])
        #expect(try importing(model([join])).graph.batch == .fixed)
        #expect(
            try importing(model([join], inputs: open), options: .init(shapes: ["x": [2, 3]])).graph.batch == .fixed)
        let constant = model(
            [node("Join", ["w"], ["v"]), node("Add", ["x", "v"], ["y"])], inputs: open,
            initializers: [floats("w", [1, 3], [1, 2, 3])])
        #expect(try importing(constant).symbolicBatchName == "N")
    }

    @Test func valuesMadeOfTheBatchSizeAreRefused() {
        let head = """
            m.onnx: the number of samples ('N') is open, but the samples are not independent of each other; fix it with \
            --shape x=1x2
              
            """
        let inputs = [value("x", ["N", 2])]
        expectFailure(
            model([node("Shape", ["x"], ["s"]), node("Add", ["x", "s"], ["y"], name: "n")], inputs: inputs),
            head + "node 'n' (Add): computes with the number of samples")
        expectFailure(
            model([node("Shape", ["x"], ["y"])], inputs: inputs),
            head + "output 'y': depends on the number of samples")
        expectFailure(
            model(
                [node("Sign", ["w"], ["y"])], inputs: inputs, initializers: [floats("w", [1], [1])]),
            head + "output 'y': is the same for any number of samples")
    }

    @Test func constantThatFitsOneSampleOnlyIsFound() {
        expectFailure(
            model(
                [node("Expand", ["x", "s"], ["y"], name: "n")], inputs: open,
                initializers: [tensor("s", type: 7, [2], raw: bytes(of: [5, 3] as [Int64]))]),
            """
            m.onnx: the number of samples ('N') is open, but the samples are not independent of each other; fix it with \
            --shape x=1x3
              node 'n' (Expand): gives float32[5,3] for one sample and float32[] for two: axis 0 is not the samples'
            """)
    }

    @Test func constantsThatAreNaNDoNotCountAsTheBatchSize() throws {
        let m = model(
            [node("Sign", ["w"], ["s"]), node("Add", ["x", "s"], ["y"])], inputs: open,
            initializers: [floats("w", [3], [.nan, 1, 2])])
        #expect(try importing(m).symbolicBatchName == "N")
    }
}
