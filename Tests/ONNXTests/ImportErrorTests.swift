import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

@Suite struct ImportErrorTests {
    @Test func everyNodeAtFaultIsListedAndDependentsAreCounted() {
        var strict = node("Strict", ["x"], ["c"], name: "strict")
        strict.attribute = [attribute("axis", .float)]
        expectFailure(
            model(
                [
                    node("Loop", ["x"], ["a"], name: "loop"), node("SequenceInsert", ["a"], ["b"]), strict,
                    node("Add", ["x", "w"], ["d"], name: "add"), node("Late", ["x"], ["e"]), node("Sign", ["b"], ["f"]),
                    node("Add", ["f", "d"], ["y"]),
                ], initializers: [floats("w", [2], [1, 2])]),
            """
            m.onnx: 5 places cannot be imported
              node 'loop' (Loop): the operator is not supported
              node 'SequenceInsert_1' (SequenceInsert): the operator is not supported
              node 'strict' (Strict): attribute 'axis' must be an integer
              node 'add' (Add): A float32[1,3] and B float32[2] do not broadcast
              node 'Late_4' (Late): the operator is not supported in opset 17, only in 18 to 23
              (nodes that depend on these and were not checked further: 2)
            """)
    }

    @Test func longListIsCutInPrintOnly() {
        let nodes = (0..<205).map { node("Loop", ["x"], ["v\($0)"]) }
        let error = #expect(throws: ImportError.self) { _ = try importing(model(nodes, outputs: ["v0"])) }
        #expect(error?.entries.count == 205)
        let lines = error?.description.split(separator: "\n") ?? []
        #expect(lines.count == 202)
        #expect(lines.last == "  … and 5 more")
    }

    @Test func functionCallIsRefused() {
        var m = model([node("Sign", ["x"], ["y"])])
        var function = ONNXFunctionProto()
        function.name = "Sign"
        m.functions = [function]
        expectFailure(
            m,
            """
            m.onnx: 1 place cannot be imported
              node 'Sign_0' (Sign): is a function of the model's own; inline functions before compiling
            """)
    }

    @Test func malformedAttributesAreRefused() {
        let cases: [([ONNXAttributeProto], String)] = [
            ([attribute("k", .undefined)], "attribute 'k' has no valid type (0)"),
            ([attribute("k", .UNRECOGNIZED(99))], "attribute 'k' has no valid type (99)"),
            ([attribute("k", .int), attribute("k", .int)], "attribute 'k' is given twice"),
            ([attribute("value", .graph)], "attribute 'value' must be a tensor"),
            (
                [attribute("value", .tensor)],
                "the tensor in attribute 'value' has element type undefined; supported are float16, float32, float64, "
                    + "int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool"
            ),
            ([attribute("k", .string) { $0.s = Data([0xff]) }], "attribute 'k' is not UTF-8 text"),
            (
                [attribute("k", .int) { $0.refAttrName = "r" }],
                "attribute 'k' refers to a function's attribute outside a function"
            ),
        ]
        for (attributes, reason) in cases {
            var strict = node("Strict", ["x"], ["y"], name: "n")
            strict.attribute = attributes
            expectFailure(model([strict]), "m.onnx: 1 place cannot be imported\n  node 'n' (Strict): \(reason)")
        }
    }

    @Test func outputDeclaredOfAnotherTypeIsRefused() {
        var m = model([node("Sign", ["x"], ["y"])])
        m.graph.output = [value("y", [1, 3], type: 7)]
        expectFailure(
            m,
            """
            m.onnx: 1 place cannot be imported
              output 'y': is declared as int64, but its node computes float32
            """)
    }

    @Test func surplusResultIsRefusedOnlyWhereItIsRead() throws {
        let sign = node("Sign", ["x"], ["y", "mask"])
        #expect(try importing(model([sign])).graph.outputs.count == 1)
        expectFailure(
            model([sign], outputs: ["y", "mask"]),
            """
            m.onnx: 1 place cannot be imported
              node 'Sign_0' (Sign): its result 'mask' (number 1) is not supported
            """)
    }

    @Test func hugeResultIsRefused() {
        let m = model(
            [node("Add", ["x", "z"], ["y"])],
            inputs: [value("x", [1_099_511_627_776, 1]), value("z", [1, 1_099_511_627_776])])
        expectFailure(
            m,
            """
            m.onnx: 1 place cannot be imported
              node 'Add_0' (Add): its result of shape [1099511627776, 1099511627776] has more than 1099511627776 elements
            """)
    }

    private func attribute(
        _ name: String, _ type: ONNXAttributeProto.AttributeType, _ edit: (inout ONNXAttributeProto) -> Void = { _ in }
    ) -> ONNXAttributeProto {
        var attribute = ONNXAttributeProto()
        attribute.name = name
        attribute.type = type
        edit(&attribute)
        return attribute
    }
}
