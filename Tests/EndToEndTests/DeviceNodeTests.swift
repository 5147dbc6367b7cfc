// Runs the operator tests that ONNX publishes (`Tests/fetch-onnx-node-tests.sh`) through compiler and runtime.

import BNNM
import BNNMIR
import BNNMONNX
import BNNMPacker
import BNNMPasses
import Foundation
import TestSupport
import XCTest

final class DeviceNodeTests: XCTestCase {
    /// Cases that passed when this number was last raised; fewer is a regression.
    private static let passFloor = 651

    /// Of the element types that models take and give: float32, int32, int64 and bool, as ONNX numbers them.
    private static let elementTypes: Set<Int32> = [1, 6, 7, 9]

    func testEveryCompiledCaseGivesTheRecordedOutput() throws {
        guard let path = ProcessInfo.processInfo.environment["BNNM_ONNX_NODE_TESTS"] else {
            throw XCTSkip("BNNM_ONNX_NODE_TESTS names no folder")
        }
        let supported = Set(OperatorDecoder.all.map(\.opType))
        var passed = 0, refused = 0, count = 0
        for testCase in try NodeTestCase.all(in: URL(fileURLWithPath: path)) {
            guard testCase.exclusion == nil, supported.isSuperset(of: testCase.operators),
                Self.elementTypes.isSuperset(of: testCase.elementTypes)
            else { continue }
            count += 1
            let verdict = testCase.run(
                isRefusal: { $0 is UnsupportedNodes || $0 is PackingError }, execute: Self.execute)
            switch verdict {
            case .passed: passed += 1
            case .failed(let reason): XCTFail("\(testCase.name): \(reason)")
            case .refused(let reason):
                refused += 1
                print("refused \(testCase.name): \(reason.replacingOccurrences(of: "\n", with: " "))")
            }
        }
        print("ONNX node tests on the device: \(passed) passed, \(refused) refused, of \(count)")
        XCTAssertGreaterThanOrEqual(passed, Self.passFloor)
    }

    /// The outputs of a compiled graph.
    private static func execute(_ imported: Graph, _ inputs: [Tensor]) throws -> [Tensor] {
        var graph = imported
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context, verify: true)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-\(UUID().uuidString).bnnm")
        defer { try? FileManager.default.removeItem(at: file) }
        let info = Packer.Info(name: "node", producer: "test", target: .portable, sourceWeightBytes: 0)
        try Packer.write(graph, info, to: file.path)
        let session = try BNNMSession(BNNMModel(path: file.path))
        let outputs = try session.run(values: try inputs.map(values), executions: 1)
        return zip(outputs, imported.outputs).map { tensor($0, shape: imported[$1.value].type.shape) }
    }

    private static func values(_ tensor: Tensor) throws -> BNNMValues {
        let integers = tensor.integers ?? []
        return switch tensor.elementType {
        case .int32: .int32(integers.map { Int32(truncatingIfNeeded: $0) })
        case .int64: .int64(integers)
        case .bool: .bool(integers.map { $0 != 0 })
        default: .float32(tensor.floats)
        }
    }

    private static func tensor(_ values: BNNMValues, shape: [Int]) -> Tensor {
        switch values {
        case .float32(let elements): Tensor(shape, elements)
        case .int32(let elements): Tensor(shape, elements.map { Int64($0) }, .int32)
        case .int64(let elements): Tensor(shape, elements)
        case .bool(let elements): Tensor(shape, elements.map { $0 ? 1 : 0 }, .bool)
        case .uint8(let elements): Tensor(shape, elements.map { Int64($0) }, .uint8)
        }
    }
}
