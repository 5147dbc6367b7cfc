import Foundation
import Testing

@testable import BNNMONNX

@Suite struct NameCheckTests {
    @Test func missingValuesAreListed() {
        expectFailure(
            model([node("Add", ["x", "gone"], ["a"], name: "n")], outputs: ["a", "lost"]),
            """
            m.onnx: values are missing
              node 'n' (Add): reads 'gone', which nothing in the model computes
              output 'lost': nothing in the model computes it
            """)
    }

    @Test func nodesOutOfOrderAreRefused() {
        expectFailure(
            model([node("Sign", ["a"], ["y"], name: "second"), node("Sign", ["x"], ["a"], name: "first")]),
            """
            m.onnx: nodes must come after those whose results they read
              node 'second' (Sign): reads 'a' of node 'first', which comes later
            """)
    }

    @Test func cycleIsNamed() {
        expectFailure(
            model([
                node("Sign", ["x"], ["s"], name: "before"), node("Add", ["s", "b"], ["a"], name: "n1"),
                node("Sign", ["a"], ["b"], name: "n2"), node("Sign", ["b"], ["y"], name: "behind"),
            ]),
            """
            m.onnx: the graph has a cycle
              node 'n1' (Add): reads 'b', which depends on this node's result
              node 'n2' (Sign): reads 'a', which depends on this node's result
            """)
        expectFailure(
            model([node("Sign", ["y"], ["y"], name: "self")]),
            """
            m.onnx: the graph has a cycle
              node 'self' (Sign): reads 'y', which depends on this node's result
            """)
    }

    @Test func duplicateNamesAreRefused() {
        expectFailure(
            model(
                [
                    node("Sign", ["x"], ["a"], name: "n1"), node("Sign", ["x"], ["a"], name: "n2"),
                    node("Sign", ["x"], ["w"], name: "n3"),
                ], inputs: [value("x", [1]), value("x", [1])], outputs: ["a", "a"],
                initializers: [floats("w", [1], [1]), floats("w", [1], [1])]),
            """
            m.onnx: every value must have one name and one origin
              input 'x': the name is empty or belongs to two inputs
              initializer 'w': the name is empty or belongs to two initializers
              node 'n2' (Sign): its result 'a' has the name of a result of node 'n1'
              node 'n3' (Sign): its result 'w' has the name of an input or initializer
              output 'a': the name belongs to two outputs
            """)
    }
}
