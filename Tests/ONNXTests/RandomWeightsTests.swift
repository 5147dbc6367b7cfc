import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

@Suite struct RandomWeightsTests {
    /// An initializer whose file does not exist.
    private func absent(_ name: String, _ shape: [Int64], _ type: Int32 = 1) -> ONNXTensorProto {
        var tensor = ONNXTensorProto()
        tensor.name = name
        tensor.dims = shape
        tensor.dataType = type
        tensor.dataLocation = .external
        var entry = ONNXStringStringEntryProto()
        entry.key = "location"
        entry.value = "nowhere.data"
        tensor.externalData = [entry]
        return tensor
    }

    /// x → Conv with Sign(w)·a and a bias → BatchNormalization → PRelu → + shift.
    private var network: ONNXGraphProto {
        var graph = ONNXGraphProto()
        graph.node = [
            node("Sign", ["w"], ["s"]), node("Mul", ["s", "a"], ["weights"]),
            node("Conv", ["x", "weights", "b"], ["c"]),
            node("BatchNormalization", ["c", "gamma", "beta", "mean", "variance"], ["n"]),
            node("PRelu", ["n", "slope"], ["p"]), node("Add", ["p", "shift"], ["y"]),
        ]
        let names = ["w", "a", "b", "gamma", "beta", "mean", "variance", "slope", "shift"]
        graph.initializer = names.map { absent($0, [8]) }
        return graph
    }

    @Test func rolesFollowFromWhatReadsAnInitializer() {
        let roles = WeightRoles(network)
        let expected: [(String, WeightRole)] = [
            ("w", .weights), ("a", .weights), ("b", .shift), ("gamma", .scale), ("beta", .shift), ("mean", .shift),
            ("variance", .variance), ("slope", .slope), ("shift", .shift), ("of no graph", .shift),
        ]
        for (name, role) in expected { #expect(roles.role(of: name) == role, "\(name)") }
    }

    @Test func valuesFollowFromSeedAndNameAndHaveTheirScale() throws {
        let type = TensorType(.float32, [64, 32, 3, 3])
        let random = RandomWeights(seed: 1, network)
        let weights = try random.tensor(named: "w", type)
        #expect(weights == (try RandomWeights(seed: 1, network).tensor(named: "w", type)))
        #expect(weights != (try random.tensor(named: "a", type)))
        #expect(weights != (try RandomWeights(seed: 2, network).tensor(named: "w", type)))
        let values = weights.floats
        let variance = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
        // He-normal: 2 over 288 products.
        #expect(abs(variance * 144 - 1) < 0.05)
        let positive = values.filter { $0 > 0 }.count
        #expect(abs(Float(positive) / Float(values.count) - 0.5) < 0.02)
        for (name, range) in [("gamma", Float(0.5)...1.5), ("variance", 0.75...1.75), ("slope", 0.25...0.25)] {
            let numbers = try random.tensor(named: name, TensorType(.float32, [1000])).floats
            #expect(numbers.allSatisfy { range.contains($0) }, "\(name)")
        }
    }

    @Test func onlyAbsentFilesAreMadeUpAndOnlyWhenAsked() throws {
        var graph = network
        graph.initializer.append(absent("indices", [2], 7))
        let folder = FileManager.default.temporaryDirectory.path
        let decoder = TensorDecoder(externalData: ExternalData(folder: folder))
        let without = Initializers(graph, tensors: decoder)
        #expect(without.failures.count == 10)
        #expect("\(without.failures[0])".contains("nowhere.data"))
        #expect("\(without.failures[0])".contains("--random-weights"))
        let with = Initializers(graph, tensors: decoder, random: RandomWeights(seed: 3, graph))
        #expect(with.tensors.count == 9)
        #expect(with.randomCount == 9)
        // Integers are shapes and indices, which nothing can make up.
        #expect(with.failures.count == 1)
        // A name that leaves the folder is an error whether or not the file exists.
        var outside = absent("w", [2])
        outside.externalData[0].value = "../nowhere.data"
        #expect(!decoder.isAbsent(outside))
    }
}
