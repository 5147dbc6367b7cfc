import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

@Suite struct ImporterTests {
    @Test func graphKeepsNamesAndMetadata() throws {
        let m = model(
            [node("Add", ["x", "w"], ["s"], name: "add1"), node("Sign", ["s"], ["y"])],
            initializers: [floats("w", [1, 3], [1, 2, 3])])
        let imported = try importing(m)
        #expect(
            imported.graph.text == """
                graph g stage=imported batch=fixed
                  %0 = input 'x' : float32[1,3]
                  %2 = Add(%0, const float32[1,3](1.0,2.0,3.0)) : float32[1,3]  # add1
                  %3 = Sign(%2) : float32[1,3]  # Sign_1
                  output 'y' = %3

                """)
        #expect(imported.graph.values.map(\.name) == ["x", "w", "s", "y"])
        #expect(imported.opsets == ["": 17])
        #expect(imported.producer == "tests 1")
        #expect(imported.irVersion == 8)
        #expect(imported.weightByteCount == 12)
        #expect(imported.symbolicBatchName == nil)
        #expect(Verifier.problems(imported.graph).isEmpty)
        let result = try Interpreter(imported.graph).run([Tensor([1, 3], [-5, -2, 1] as [Float])])
        #expect(result == [Tensor([1, 3], [-1, 0, 1] as [Float])])
    }

    @Test func initializerListedAsInputIsAConstant() throws {
        let m = model(
            [node("Add", ["x", "w"], ["y"])], inputs: [value("x", [1, 3]), value("w", [3])],
            initializers: [floats("w", [3], [1, 2, 3])])
        let graph = try importing(m).graph
        #expect(graph.inputs.map { graph[$0].name } == ["x"])
    }

    @Test func boundInputIsAConstant() throws {
        let m = model([node("Add", ["x", "b"], ["y"])], inputs: [value("x", [1, 3]), value("b", nil)])
        let bound = ONNXImporter.Options(constantInputs: ["b": Tensor([3], [1, 2, 3] as [Float])])
        #expect(try importing(m, options: bound).graph.inputs.count == 1)
        let wrongType = ONNXImporter.Options(constantInputs: ["b": Tensor([1], [1] as [Int64])])
        expectFailure(m, options: wrongType, "m.onnx: input 'b' is float32, but a int64 value is given")
        let unknown = ONNXImporter.Options(constantInputs: ["c": Tensor([1], [1] as [Int64])])
        expectFailure(m, options: unknown, "m.onnx: a value is given for 'c', which is not an input of the model")
    }

    @Test func operatorOfRegisteredDomainIsImported() throws {
        var foo = node("Foo", ["x"], ["y"])
        foo.domain = "com.example"
        var m = model([foo])
        expectFailure(
            m,
            """
            m.onnx: 1 place cannot be imported
              node 'Foo_0' (com.example.Foo): the model imports no version of the operator's domain 'com.example'
            """)
        var domain = ONNXOperatorSetIdProto()
        domain.domain = "com.example"
        domain.version = 1
        m.opsetImport.append(domain)
        #expect(try importing(m).opsets == ["": 17, "com.example": 1])
    }

    @Test func longNameOfStandardDomainIsAccepted() throws {
        var sign = node("Sign", ["x"], ["y"])
        sign.domain = "ai.onnx"
        var m = model([sign])
        m.opsetImport[0].domain = "ai.onnx"
        #expect(try importing(m).opsets == ["": 17])
    }

    @Test(arguments: [11, 23] as [Int64]) func acceptedOpsetsAreImported(opset: Int64) throws {
        #expect(try importing(model([node("Sign", ["x"], ["y"])], opset: opset)).opsets[""] == Int(opset))
    }

    @Test(arguments: [10, 24, -1, Int64.max]) func otherOpsetsAreRefused(opset: Int64) {
        expectFailure(
            model([node("Sign", ["x"], ["y"])], opset: opset),
            "m.onnx: is of ONNX opset \(opset); accepted are opsets 11 to 23")
    }

    @Test func missingOpsetIsRefused() {
        var m = model([node("Sign", ["x"], ["y"])])
        m.opsetImport = []
        expectFailure(m, "m.onnx: imports no version of the standard ONNX operators; accepted are opsets 11 to 23")
    }

    @Test func deepChainIsImported() throws {
        let nodes = (0..<20_000).map { node("Sign", [$0 == 0 ? "x" : "v\($0)"], ["v\($0 + 1)"]) }
        let graph = try importing(model(nodes, inputs: [value("x", ["N", 3])], outputs: ["v20000"])).graph
        #expect(graph.nodes.count == 20_000)
    }
}
