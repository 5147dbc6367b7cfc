import BNNMIR
import BNNMPacker
import BNNMPasses
import BNNMReport
import Foundation

/// A compiled network with a skip connection, binary and float layers, and names that try to leave their place on a page.
struct HostileNetwork {
    static let names = [
        "</script><script>alert(1)</script>", "<!--<script>", "a\u{2028}b\u{2029}c",
        "\"'`&<img src=x onerror=alert(2)>",
        "/*data*/<!--title-->/*script*/", "]]>${alert(3)}\\u003c\\", "\u{202E}right to left \u{7}\u{7F}",
    ]

    static let fallback = names[0] + " fallback"

    let report: CompilationReport
    let path: String

    /// - Parameter folder: where the file goes.
    init(in folder: URL) throws {
        var graph = Graph(name: HostileNetwork.names[0], stage: .imported)
        let x = graph.addInput(HostileNetwork.names[3], TensorType(.float32, [1, 2, 6, 6]))
        func signs(_ shape: [Int]) -> Graph.ValueID {
            let values = (0..<shape.reduce(1, *)).map { $0 % 7 < 3 || $0 % 11 == 5 ? Float(1) : -1 }
            return graph.addConstant("weights", Tensor(shape, values))
        }
        func add(_ op: any Operator, _ operands: [Graph.ValueID?], _ name: Int) throws -> Graph.ValueID {
            try graph.append(op, operands, name: HostileNetwork.names[name])[0]
        }
        let window = Window(kernel: 3, pad: 1)
        let stem = graph.addConstant("stem", Tensor([2, 2, 1, 1], [0.5, -1.5, 2.5, 0.25]))
        let first = try add(Conv(window: Window(kernel: 1)), [x, stem, nil], 0)
        let one = try add(Conv(window: window), [try add(Sign(), [first], 1), signs([2, 2, 3, 3]), nil], 2)
        let sum = try add(Add(), [one, first], 4)
        let two = try add(Conv(window: window), [try add(Sign(), [sum], 5), signs([2, 2, 3, 3]), nil], 6)
        // A layer that could have been binary: its input is 3 or −3.
        func number(_ value: Float) -> Graph.ValueID { graph.addConstant("number", Tensor([], [value])) }
        let condition = try add(Greater(), [sum, number(0)], 1)
        let codes = try add(Where(), [condition, number(3), number(-3)], 2)
        let last = try graph.append(
            Conv(window: Window(kernel: 3)), [codes, signs([2, 2, 3, 3]), nil], name: HostileNetwork.fallback)[0]
        graph.outputs = [
            Graph.Output(name: HostileNetwork.names[1], value: try add(Add(), [two, sum], 3)),
            Graph.Output(name: HostileNetwork.names[5], value: last),
        ]
        let source = graph
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context, verify: true)
        report = CompilationReport(
            model: HostileNetwork.names[4], target: "portable", imported: source, laidOut: graph, context)
        path = folder.appendingPathComponent("\(UUID().uuidString).bnnm").path
        let info = Packer.Info(
            name: HostileNetwork.names[0], producer: "bnnm test", target: .portable, sourceWeightBytes: 1234)
        try Packer.write(graph, info, to: path)
    }
}
