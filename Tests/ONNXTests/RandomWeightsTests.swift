import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

/// Weights whose file is absent get numbers by their role, which depend on seed and name alone.
@Suite struct RandomWeightsTests {
    /// A tensor in a file that is not there.
    private func absent(
        _ name: String, _ dims: [Int64], type: Int32 = 1, file: String = "absent.data"
    ) -> ONNXTensorProto {
        var result = tensor(name, type: type, dims)
        result.dataLocation = .external
        var entry = ONNXStringStringEntryProto()
        entry.key = "location"
        entry.value = file
        result.externalData = [entry]
        return result
    }

    private func imported(_ model: ONNXModelProto, seed: UInt64 = 1) throws -> ImportedModel {
        try ONNXImporter.importModel(
            model, file: "m.onnx", folder: FileManager.default.temporaryDirectory.path,
            options: .init(randomSeed: seed), decoders: OperatorDecoder.all)
    }

    private func weights(_ name: String, _ model: ONNXModelProto, seed: UInt64 = 1) throws -> [Float] {
        let graph = try imported(model, seed: seed).graph
        let tensors = graph.values.compactMap { value -> Tensor? in
            if case .constant(let tensor) = value.origin, value.name == name { return tensor }
            return nil
        }
        return try #require(tensors.first).floats
    }

    private func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }
    private func variance(_ values: [Float]) -> Float { mean(values.map { $0 * $0 }) - mean(values) * mean(values) }

    /// sign → convolution with α·sign(w) → BatchNormalization → + x → PRelu.
    private func unit(reversed: Bool = false) -> ONNXModelProto {
        let parameters = [
            absent("w", [64, 64, 3, 3]), absent("scale", [64]), absent("shift", [64]), absent("mean", [64]),
            absent("variance", [64]), absent("slope", [64, 1, 1]),
        ]
        return model(
            [
                node("Sign", ["w"], ["signs"]), node("Abs", ["w"], ["magnitudes"]),
                node("ReduceMean", ["magnitudes"], ["alpha"]), node("Mul", ["signs", "alpha"], ["binary"]),
                node("Sign", ["x"], ["bits"]), node("Conv", ["bits", "binary"], ["acc"]),
                node("BatchNormalization", ["acc", "scale", "shift", "mean", "variance"], ["normal"]),
                node("GlobalAveragePool", ["x"], ["shortcut"]), node("Add", ["normal", "shortcut"], ["sum"]),
                node("PRelu", ["sum", "slope"], ["y"]),
            ], inputs: [value("x", [1, 64, 3, 3])], initializers: reversed ? parameters.reversed() : parameters)
    }

    @Test func latentWeightsAreScaledByTheirProducts() throws {
        let w = try weights("w", unit())
        #expect(w.count == 64 * 64 * 9)
        #expect(abs(variance(w) / (2 / 576) - 1) < 0.03)
        #expect(abs(mean(w)) < 0.001)
        #expect(!w.contains(0))
    }

    @Test func normalizationFitsWhatComesIn() throws {
        // α² · 576 with α = mean|w|: 2 · (2/π).
        #expect(abs(mean(try weights("variance", unit())) / 1.27 - 1) < 0.15)
        #expect(try weights("variance", unit()).allSatisfy { $0 > 0 })
        #expect(abs(mean(try weights("mean", unit()))) < 0.2)
        let scale = try weights("scale", unit())
        #expect(scale.allSatisfy { abs($0) >= 0.8 && abs($0) < 1.25 })
        #expect(scale.filter { $0 > 0 }.count > 48)
        #expect(try weights("slope", unit()).allSatisfy { $0 > 0.19 && $0 < 0.32 })
    }

    @Test func orderDoesNotMatterButSeedAndNameDo() throws {
        for name in ["w", "scale", "shift", "mean", "variance", "slope"] {
            #expect(try weights(name, unit()) == weights(name, unit(reversed: true)), "\(name)")
            #expect(try weights(name, unit()) != weights(name, unit(), seed: 2), "\(name)")
        }
        #expect(try weights("mean", unit()) != weights("shift", unit()))
    }

    @Test func weightsBehindOtherNodesAreScaledToo() throws {
        let shape = tensor("shape", type: 7, [2], raw: bytes(of: [32, 128] as [Int64]))
        let cases: [(String, ONNXModelProto, Float)] = [
            (
                "transposed",
                model(
                    [node("Transpose", ["w"], ["t"]), node("MatMul", ["x", "t"], ["y"])],
                    inputs: [value("x", [1, 128])], initializers: [absent("w", [32, 128])]), 2.0 / 128
            ),
            (
                "stored flat",
                model(
                    [
                        node("Reshape", ["w", "shape"], ["r"]), node("Sign", ["r"], ["s"]),
                        node("Transpose", ["s"], ["t"]), node("MatMul", ["x", "t"], ["y"]),
                    ], inputs: [value("x", [1, 128])], initializers: [absent("w", [4096, 1]), shape]), 2.0 / 128
            ),
            (
                "direct",
                model(
                    [node("Gemm", ["x", "w"], ["y"])], inputs: [value("x", [1, 128])],
                    initializers: [absent("w", [128, 32])]), 2.0 / 128
            ),
        ]
        for (name, model, expected) in cases {
            #expect(abs(variance(try weights("w", model)) / expected - 1) < 0.1, "\(name)")
        }
    }

    @Test func thresholdsStandBetweenTheMedianAndTheMeanOfWhatTheyDivide() throws {
        let shifted = model(
            [node("Relu", ["x"], ["r"]), node("Sub", ["r", "t"], ["d"]), node("Sign", ["d"], ["y"])],
            inputs: [value("x", [1, 64, 4, 4])], initializers: [absent("t", [64, 1, 1])])
        // The mean of max(0, x) for normal x is 0.4, the median 0.
        #expect(abs(mean(try weights("t", shifted)) - 0.2) < 0.06)
    }

    @Test func normalizationsMakeUpForWhatPoolsAndGatesAddBehindThem() throws {
        let parameters = [
            absent("scale", [64]), absent("shift", [64]), absent("mean", [64]), absent("variance", [64]),
        ]
        func shift(behind nodes: [ONNXNodeProto], more: [ONNXTensorProto] = []) throws -> Float {
            let normalization = node("BatchNormalization", ["x", "scale", "shift", "mean", "variance"], ["n"])
            return mean(
                try weights(
                    "shift",
                    model(
                        [normalization] + nodes + [node("Sign", ["p"], ["y"])], inputs: [value("x", [1, 64, 9, 9])],
                        initializers: parameters + more)))
        }
        var pool = node("MaxPool", ["n"], ["p"])
        var kernel = ONNXAttributeProto()
        (kernel.name, kernel.type, kernel.ints) = ("kernel_shape", .ints, [3, 3])
        pool.attribute = [kernel]
        // The largest of five normal numbers is 1.16 on average.
        #expect(abs(try shift(behind: [pool]) + 1.16) < 0.1)
        // 1 is added to half of it, by way of the gate.
        let gate = [
            node("Mul", ["x", "zero"], ["z"]), node("Sigmoid", ["z"], ["gate"]), node("Exp", ["z"], ["shortcut"]),
            node("Mul", ["gate", "n"], ["m"]), node("Add", ["shortcut", "m"], ["p"]),
        ]
        #expect(abs(try shift(behind: gate, more: [floats("zero", [], [0])]) + 2) < 0.1)
        #expect(abs(try shift(behind: [node("Tanh", ["n"], ["p"])])) < 0.1)
    }

    @Test func theModelSaysThatItsWeightsAreRandom() throws {
        let model = try imported(unit(), seed: 7)
        #expect(model.randomSeed == 7)
        #expect(model.externalByteCount == 4 * (64 * 64 * 9 + 5 * 64))
        let whole = modelWithoutWeights()
        #expect(try imported(whole).randomSeed == nil)
    }

    private func modelWithoutWeights() -> ONNXModelProto { model([node("Sign", ["x"], ["y"])]) }

    @Test func onlyAbsentFloatsOfPossibleSizeAreFilled() {
        let cases: [(ONNXTensorProto, String)] = [
            (
                absent("w", [1, 3], type: 7),
                "is int64[1,3] in an absent file; --random-weights fills only floats, and other types must be in the model"
            ),
            (
                absent("w", [1 << 20, 1 << 19]),
                "is float32[1048576,524288] in an absent file; --random-weights fills up to 1073741824 elements in all"
            ),
            (
                absent("w", [1, 3], file: "../absent.data"),
                "is in '../absent.data'; a file must be named relative to the model's folder, without '..'"
            ),
        ]
        for (weights, reason) in cases {
            let bad = model([node("Add", ["x", "w"], ["y"])], initializers: [weights])
            let error = #expect(throws: ImportError.self) { _ = try imported(bad) }
            #expect(error?.entries.map(\.reason) == [reason])
        }
    }
}
