import BNNMFormat
import BNNMIR
import BNNMPasses
import XCTest

@testable import BNNMPacker

/// What is fused behind a layer, as the file says it: steps, operands, results.
final class PackedEpilogueTests: XCTestCase {
    /// x [1,2,4,4] → sign → 3×3 binary layer → BatchNormalization → + x → PReLU → what `rest` makes of it.
    private func block(_ rest: (inout Graph, Graph.ValueID) throws -> Graph.ValueID) throws -> PackedModel {
        var graph = Graph(name: "block")
        let x = graph.addInput("x", TensorType(.float32, [1, 2, 4, 4]))
        let sign = try graph.append(Sign(), [x], name: "sign")[0]
        let weights = graph.addConstant("w", Tensor([2, 2, 3, 3], (0..<36).map { $0 % 5 < 2 ? -0.5 : Float(0.5) }))
        let conv = try graph.append(Conv(window: Window(kernel: 3, pad: 1)), [sign, weights], name: "conv")[0]
        let constants = [[2, 3], [0.25, -1], [0, 0], [1, 1]].map {
            graph.addConstant("bn", Tensor([2], $0.map { Float($0) }))
        }
        let normalized = try graph.append(BatchNormalization(epsilon: 0), [conv] + constants, name: "norm")[0]
        let sum = try graph.append(Add(), [normalized, x], name: "sum")[0]
        let slope = graph.addConstant("slope", Tensor([2, 1, 1], [0.5, -0.25 as Float]))
        let activated = try graph.append(PRelu(), [sum, slope], name: "activation")[0]
        graph.outputs = [Graph.Output(name: "y", value: try rest(&graph, activated))]
        return try PackedModel(compiling: graph)
    }

    private func layer(_ graph: inout Graph, _ value: Graph.ValueID) throws -> Graph.ValueID {
        let weights = graph.addConstant("w2", Tensor([1, 2, 1, 1], [1, -1 as Float]))
        let sign = try graph.append(Sign(), [value], name: "sign2")[0]
        return try graph.append(Conv(window: Window(kernel: 1)), [sign, weights], name: "conv2")[0]
    }

    func testStepsStandInTheGraphsOrderWithTheirConstantsAndOperands() throws {
        let model = try block { _, value in value }
        let op = try XCTUnwrap(model.ops.first { $0.code == BNNMF_OP_BINARY_CONV2D.rawValue })
        let epilogue = op.parameters.binary_conv2d.epilogue
        XCTAssertEqual(epilogue.step_count, 3)
        let (scale, add, rectify) = (epilogue.steps.0, epilogue.steps.1, epilogue.steps.2)
        XCTAssertEqual(
            [scale.kind, add.kind, rectify.kind],
            [BNNMF_STEP_SCALE_SHIFT, BNNMF_STEP_ADD, BNNMF_STEP_RECTIFY].map(\.rawValue))
        XCTAssertEqual(model.blob(scale.a, as: Float.self), [2, 3])
        XCTAssertEqual(model.blob(scale.b, as: Float.self), [0.25, -1])
        XCTAssertEqual(model.blob(rectify.a, as: Float.self), [0.5, -0.25])
        XCTAssertEqual(rectify.b, UInt32.max)
        // The residual is the second input: x, channels last.
        XCTAssertEqual(op.input_count, 2)
        XCTAssertEqual(add.operand, 1)
        XCTAssertEqual(op.inputs.1, model.ops[0].output)
        XCTAssertEqual(epilogue.stores, BNNMF_STORES_VALUES.rawValue)
        XCTAssertEqual(op.more_output_count, 0)
    }

    func testValuesAndDecisionsAreTwoResultsOfOneOperator() throws {
        let model = try block { graph, value in
            let other = try layer(&graph, value)
            return try graph.append(Add(), [value, other], name: "both")[0]
        }
        let op = try XCTUnwrap(model.ops.first { $0.code == BNNMF_OP_BINARY_CONV2D.rawValue })
        let epilogue = op.parameters.binary_conv2d.epilogue
        XCTAssertEqual(epilogue.stores, BNNMF_STORES_VALUES.rawValue | BNNMF_STORES_DECISIONS.rawValue)
        XCTAssertEqual(model.blob(epilogue.switch_points, as: Float.self), [0, 0])
        XCTAssertEqual(epilogue.switch_count, 1)
        XCTAssertEqual(op.more_output_count, 1)
        XCTAssertEqual(model.elementType(op.output), BNNMF_FLOAT32)
        XCTAssertEqual(model.elementType(op.more_outputs.0), BNNMF_BITS)
        XCTAssertEqual(model.probes.map(\.tensor).last, op.more_outputs.0)
    }

    func testAveragesAreAVectorOfChannels() throws {
        let model = try block { graph, value in
            let average = try graph.append(GlobalAveragePool(), [value], name: "average")[0]
            let difference = try graph.append(Sub(), [value, average], name: "difference")[0]
            return try layer(&graph, difference)
        }
        let op = try XCTUnwrap(model.ops.first { $0.code == BNNMF_OP_BINARY_CONV2D.rawValue })
        XCTAssertEqual(
            op.parameters.binary_conv2d.epilogue.stores,
            BNNMF_STORES_VALUES.rawValue | BNNMF_STORES_AVERAGES.rawValue)
        XCTAssertEqual(model.shape(op.more_outputs.0), [1, 1, 1, 2])
        // What binarizes reads the values and the vector.
        let map = try XCTUnwrap(model.ops.first { $0.code == BNNMF_OP_MAP.rawValue })
        XCTAssertEqual(map.parameters.map.epilogue.steps.0.kind, BNNMF_STEP_SUBTRACT.rawValue)
        XCTAssertEqual(map.inputs.0, op.output)
        XCTAssertEqual(map.inputs.1, op.more_outputs.0)
        XCTAssertEqual(map.parameters.map.epilogue.stores, BNNMF_STORES_DECISIONS.rawValue)
    }

    func testAClampRightBehindAFloatConvolutionIsItsOwn() throws {
        for isDecided in [false, true] {
            var graph = Graph(name: "clamped")
            let x = graph.addInput("x", TensorType(.float32, [1, 2, 4, 4]))
            let weights = graph.addConstant("w", Tensor([2, 2, 1, 1], [0.5, 1, -2, 3 as Float]))
            let conv = try graph.append(Conv(window: Window(kernel: 1)), [x, weights], name: "float")[0]
            let limits = [0, 6].map { graph.addConstant("limit", Tensor([], [$0 as Float])) }
            let y = try graph.append(Clip(), [conv] + limits, name: "clip")[0]
            graph.outputs = [Graph.Output(name: "y", value: y)]
            if isDecided { graph.outputs.append(Graph.Output(name: "z", value: try layer(&graph, y))) }
            let model = try PackedModel(compiling: graph)
            let record = try XCTUnwrap(model.ops.first { $0.code == BNNMF_OP_CONV2D.rawValue }).parameters.conv2d
            XCTAssertEqual([record.minimum, record.maximum], [0, 6])
            XCTAssertEqual(record.epilogue.step_count, 0)
            let both = BNNMF_STORES_VALUES.rawValue | BNNMF_STORES_DECISIONS.rawValue
            XCTAssertEqual(record.epilogue.stores, isDecided ? both : 0)
        }
    }

    /// No clamp of the format says what they mean: min(max(x, minimum), maximum), whichever is greater.
    func testLimitsThatCrossOrAreNoNumbersAreNoClamp() throws {
        for limits in [(5, 3), (.infinity, 6), (.nan, 6), (0, .nan)] as [(Float, Float)] {
            var graph = Graph(name: "crossed")
            let x = graph.addInput("x", TensorType(.float32, [1, 2, 4, 4]))
            let weights = graph.addConstant("w", Tensor([2, 2, 1, 1], [0.5, 1, -2, 3 as Float]))
            let conv = try graph.append(Conv(window: Window(kernel: 1)), [x, weights], name: "float")[0]
            let operands = [limits.0, limits.1].map { graph.addConstant("limit", Tensor([], [$0])) }
            let y = try graph.append(Clip(), [conv] + operands, name: "clip")[0]
            graph.outputs = [Graph.Output(name: "y", value: y)]
            let model = try PackedModel(compiling: graph)
            let record = try XCTUnwrap(model.ops.first { $0.code == BNNMF_OP_CONV2D.rawValue }).parameters.conv2d
            XCTAssertEqual([record.minimum, record.maximum], [-.infinity, .infinity], "\(limits)")
            XCTAssertFalse(model.ops.contains { $0.code == BNNMF_OP_CLAMP.rawValue }, "\(limits)")
            let functions = model.ops.filter { $0.code == BNNMF_OP_ELEMENTWISE.rawValue }.map {
                $0.parameters.elementwise.function
            }
            XCTAssertEqual(functions, [BNNMF_MAXIMUM.rawValue, BNNMF_MINIMUM.rawValue], "\(limits)")
        }
    }

    func testQuotientsAndRowsAreStepsOfTheirOwn() throws {
        var graph = Graph(name: "tokens")
        let x = graph.addInput("x", TensorType(.float32, [2, 3, 4]))
        let scale = graph.addConstant("scale", Tensor([4], [1, 2, 3, 4 as Float]))
        let shift = graph.addConstant("shift", Tensor([4], [5, 6, 7, 8 as Float]))
        let divisors = graph.addConstant("divisors", Tensor([4], [3, 5, 6, 7 as Float]))
        let divisor = graph.addConstant("divisor", Tensor([], [3 as Float]))
        let normalized = try graph.append(LayerNormalization(epsilon: 0.5), [x, scale, shift], name: "norm")[0]
        let quotient = try graph.append(Div(), [normalized, divisors], name: "quotient")[0]
        let softmax = try graph.append(Softmax(axis: -1), [quotient], name: "softmax")[0]
        let end = try graph.append(Div(), [softmax, divisor], name: "end")[0]
        graph.outputs = [Graph.Output(name: "y", value: end)]
        let model = try PackedModel(compiling: graph)
        XCTAssertEqual(model.codes, [BNNMF_OP_MAP, BNNMF_OP_MAP])
        let first = model.ops[0].parameters.map.epilogue, second = model.ops[1].parameters.map.epilogue
        XCTAssertEqual([first.step_count, second.step_count], [3, 2])
        let steps = [first.steps.0, first.steps.1, first.steps.2, second.steps.0, second.steps.1]
        XCTAssertEqual(
            steps.map(\.kind),
            [
                BNNMF_STEP_STANDARDIZE, BNNMF_STEP_SCALE_SHIFT, BNNMF_STEP_QUOTIENT, BNNMF_STEP_SOFTMAX,
                BNNMF_STEP_QUOTIENT,
            ].map(\.rawValue))
        XCTAssertEqual(steps.map(\.epsilon), [0.5, 0, 0, 0, 0])
        XCTAssertEqual(model.blob(steps[1].a, as: Float.self), [1, 2, 3, 4])
        XCTAssertEqual(model.blob(steps[1].b, as: Float.self), [5, 6, 7, 8])
        XCTAssertEqual(model.blob(steps[2].a, as: Float.self), [3, 5, 6, 7])
        XCTAssertEqual(model.blob(steps[4].a, as: Float.self), [3, 3, 3, 3])
        for step in steps { XCTAssertEqual(step.operand, 0) }
        for (index, step) in steps.enumerated() where index != 1 { XCTAssertEqual(step.b, UInt32.max) }
        for index in [0, 3] { XCTAssertEqual(steps[index].a, UInt32.max) }
    }
}
