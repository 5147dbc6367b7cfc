import BNNMFormat
import BNNMIR
import BNNMPasses
import XCTest

@testable import BNNMPacker

/// What a compiled model's file says, read back: operators, shapes, probes and blobs.
final class PackedModelTests: XCTestCase {
    /// x [1,3,4,4] → sign → 3×3 layer of 10 channels → BatchNormalization → max-pool → sign → 1×1 layer → ReLU.
    private func sample(batch: Graph.Batch = .fixed) throws -> Graph {
        var graph = Graph(name: "sample", batch: batch)
        let x = graph.addInput("x", TensorType(.float32, [1, 3, 4, 4]))
        func constant(_ shape: [Int], _ value: (Int) -> Float) -> Graph.ValueID {
            graph.addConstant("c", Tensor(shape, (0..<shape.reduce(1, *)).map(value)))
        }
        func add(_ op: any Operator, _ operands: [Graph.ValueID?], _ name: String) throws -> Graph.ValueID {
            try graph.append(op, operands, name: name)[0]
        }
        let sign = try add(Sign(), [x], "sign")
        let first = constant([10, 3, 3, 3]) { $0 * $0 % 7 < 3 ? -0.5 : 0.5 }
        let conv = try add(Conv(window: Window(kernel: 3, stride: 1, pad: 1)), [sign, first], "conv")
        let normalized = try add(
            BatchNormalization(epsilon: 0),
            [
                conv, constant([10]) { $0 % 4 == 1 ? -1 : 1 }, constant([10]) { Float($0) * 0.3 - 1.3 },
                constant([10]) { _ in 0 }, constant([10]) { _ in 1 },
            ], "norm")
        let pooled = try add(MaxPool(window: Window(kernel: 2, stride: 2)), [normalized], "pool")
        let second = try add(Sign(), [pooled], "second sign")
        let weights = constant([2, 10, 1, 1]) { ($0 % 3 == 0 ? -1 : 1) * ($0 < 10 ? 0.25 : 2) }
        let layer = try add(
            Conv(window: Window(kernel: 1)), [second, weights, constant([2]) { Float($0) + 0.5 }], "layer")
        graph.outputs = [Graph.Output(name: "y", value: try add(Relu(), [layer], "relu"))]
        return graph
    }

    func testTheOperatorsOfAChainStandInOrderWithTheirNamesAndShapes() throws {
        let model = try PackedModel(compiling: sample())
        XCTAssertEqual(
            model.codes,
            [
                BNNMF_OP_TRANSPOSE, BNNMF_OP_BINARIZE, BNNMF_OP_BINARY_CONV2D, BNNMF_OP_BIT_POOL,
                BNNMF_OP_BINARY_CONV2D, BNNMF_OP_TRANSPOSE,
            ])
        XCTAssertEqual(
            model.ops.map { model.shape($0.output) },
            [[1, 4, 4, 3], [1, 4, 4, 3], [1, 4, 4, 10], [1, 2, 2, 10], [1, 2, 2, 2], [1, 2, 2, 2]])
        XCTAssertEqual(
            model.ops.map { model.elementType($0.output) },
            [BNNMF_FLOAT32, BNNMF_BITS, BNNMF_BITS, BNNMF_BITS, BNNMF_FLOAT32, BNNMF_FLOAT32])
        XCTAssertEqual(model.ops.map { String(cString: $0.name) }[2], "conv")
        XCTAssertEqual(model.ops.map { String(cString: $0.name) }[4], "layer")
        // Each operator reads what the one before it wrote.
        XCTAssertEqual(model.ops.dropFirst().map(\.inputs.0), model.ops.dropLast().map(\.output))
        XCTAssertEqual(model.inputs.map { String(cString: $0.name) }, ["x"])
        XCTAssertEqual(model.inputs.map { model.shape($0.tensor) }, [[1, 3, 4, 4]])
        XCTAssertEqual(model.outputs.map { String(cString: $0.name) }, ["y"])
        XCTAssertEqual(model.outputs.map(\.tensor), [model.ops[5].output])
    }

    func testProbesNameTheDecisionsInTheirONNXOrder() throws {
        let model = try PackedModel(compiling: sample())
        XCTAssertEqual(model.probes.map { String(cString: $0.name) }, ["sign", "second sign"])
        XCTAssertEqual(model.probes.map(\.tensor), [model.ops[1].output, model.ops[3].output])
        XCTAssertEqual(model.probes.map(\.encoding), [BNNMF_PROBE_SIGNED.rawValue, BNNMF_PROBE_SIGNED.rawValue])
        XCTAssertEqual(model.probes.map(\.channels_first), [1, 1])
        XCTAssertEqual(model.probes.map { model.dimensions($0.dims, $0.rank) }, [[1, 3, 4, 4], [1, 10, 2, 2]])
    }

    func testABinaryLayerHoldsItsWindowWeightsAndSwitchPoints() throws {
        let model = try PackedModel(compiling: sample())
        let layer = model.ops[2].parameters.binary_conv2d
        let node = try XCTUnwrap(model.graph.schedule().map { model.graph[$0] }.first { $0.name == "conv" })
        XCTAssertEqual(
            [layer.window.kernel_h, layer.window.kernel_w, layer.window.stride_h, layer.window.dilation_w],
            [3, 3, 1, 1])
        XCTAssertEqual(
            [layer.window.pad_top, layer.window.pad_left, layer.window.pad_bottom, layer.window.pad_right],
            [1, 1, 1, 1])
        XCTAssertEqual(layer.groups, 1)
        XCTAssertEqual(layer.pad_value, 0)
        XCTAssertEqual(
            model.blob(layer.weights, as: UInt64.self), model.graph.constant(node.inputs[1]!)?.bitBlocks(groups: 1))
        // 10 channels are two blocks of 8 over 9 taps of one word.
        XCTAssertEqual(model.blob(layer.weights, as: UInt64.self).count, 2 * 9 * 8)
        let points = try XCTUnwrap(model.graph.constant(node.inputs[2]!))
        XCTAssertEqual(Int(layer.switch_count), points.shape[0])
        XCTAssertEqual(model.blob(layer.switch_points, as: Int32.self), points.int32s)
        XCTAssertEqual(layer.scale, UInt32.max)
        XCTAssertEqual(layer.bias, UInt32.max)
    }

    func testStridesThatLeadNowhereStayWithinTheFormatsLimits() throws {
        var graph = Graph(name: "strides")
        let x = graph.addInput("x", TensorType(.float32, [1, 2, 5, 5]))
        let weights = graph.addConstant("w", Tensor([2, 2, 3, 3], [Float](repeating: 1, count: 36)))
        let window = Window(Window.Axis(kernel: 3, stride: 2), Window.Axis(kernel: 3, stride: 1 << 20))
        let y = try graph.append(Conv(window: window), [x, weights], name: "conv")
        graph.outputs = [Graph.Output(name: "y", value: y[0])]
        let model = try PackedModel(compiling: graph)
        let conv = try XCTUnwrap(model.ops.first { $0.code == BNNMF_OP_CONV2D.rawValue }).parameters.conv2d
        XCTAssertEqual([conv.window.stride_h, conv.window.stride_w], [2, 3])
    }

    func testALayerToFloatHoldsItsScalesAndBias() throws {
        let layer = try PackedModel(compiling: sample())
        let record = layer.ops[4].parameters.binary_conv2d
        XCTAssertEqual(layer.blob(record.scale, as: Float.self), [0.25, 2])
        XCTAssertEqual(layer.blob(record.bias, as: Float.self), [0.5, 1.5])
        XCTAssertEqual(record.switch_points, UInt32.max)
        XCTAssertEqual(layer.blob(record.weights, as: UInt64.self).prefix(2), [0b10_0100_1001, 0b01_0010_0100])
        // The ReLU behind it is its epilogue.
        XCTAssertEqual(record.epilogue.stores, BNNMF_STORES_VALUES.rawValue)
        XCTAssertEqual(record.epilogue.step_count, 1)
        XCTAssertEqual(record.epilogue.steps.0.kind, BNNMF_STEP_CLAMP.rawValue)
        XCTAssertEqual(record.epilogue.steps.0.minimum, 0)
        XCTAssertEqual(record.epilogue.steps.0.maximum, .infinity)
    }

    func testABitPoolHoldsAMaskOfTheChannelsThatTakeTheMinimum() throws {
        let model = try PackedModel(compiling: sample())
        let pool = model.ops[3].parameters.pool
        let node = try XCTUnwrap(
            model.graph.schedule().map { model.graph[$0] }.first { $0.op is ChannelsLast<BinaryPool> })
        let flags = try XCTUnwrap(model.graph.constant(node.inputs[1]!)?.integers)
        XCTAssertEqual(flags.count, 10)
        let mask = flags.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64($1.offset) }
        XCTAssertEqual(model.blob(pool.or_channels, as: UInt64.self), [mask])
        // Max-pool behind γ < 0 keeps its maximum; the decisions stand behind the BatchNormalization.
        XCTAssertEqual([pool.window.kernel_h, pool.window.stride_w, pool.window.pad_top], [2, 2, 0])
    }

    func testABinarizerOfTheInputHasOneSwitchPointAtZeroForEachChannel() throws {
        let model = try PackedModel(compiling: sample())
        let record = model.ops[1].parameters.binarize
        XCTAssertEqual(record.switch_count, 1)
        XCTAssertEqual(record.period, 3)
        XCTAssertEqual(model.blob(record.switch_points, as: Float.self), [0, 0, 0])
    }

    func testTheModelsInformationIsKept() throws {
        let model = try PackedModel(compiling: sample())
        // Its texts stand in the model's own bytes.
        withExtendedLifetime(model) {
            let info = model.info
            XCTAssertEqual(String(cString: info.name), "sample")
            XCTAssertEqual(String(cString: info.producer), "bnnm test")
            XCTAssertEqual(String(cString: info.target), "portable")
            XCTAssertEqual(info.source_weight_bytes, 1234)
            XCTAssertEqual(info.batch, 1)
            XCTAssertEqual(String(cString: info.batch_name), "")
        }
    }

    func testASymbolicBatchIsSaidByName() throws {
        let model = try PackedModel(compiling: sample(batch: .symbolic(name: "N")))
        withExtendedLifetime(model) {
            XCTAssertEqual(model.info.batch, 0)
            XCTAssertEqual(String(cString: model.info.batch_name), "N")
        }
    }

    func testARefusalOfTheOperatingSystemIsAnError() throws {
        var graph = try sample()
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context)
        let info = Packer.Info(name: "", producer: "", target: .portable, sourceWeightBytes: 0)
        XCTAssertThrowsError(try Packer.write(graph, info, to: "no such folder/model.bnnm")) { error in
            XCTAssertTrue(error is PackingError)
            XCTAssertTrue("\(error)".contains("no such folder"), "\(error)")
        }
    }
}
