import BNNM
import BNNMIR
import BNNMPacker
import BNNMPasses
import BNNMVerification
import CBNNM
import Foundation
import TestSupport
import XCTest

/// Checks embedded in a model: they hold at every level and thread count, notice what is wrong, and cost no memory that is
/// not given back.
final class EmbeddedCheckTests: XCTestCase {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-check-\(UUID()).bnnm").path

    override func tearDown() { try? FileManager.default.removeItem(atPath: path) }

    /// Compiles a network and embeds what the reference gives, after `change`; nil where it does not run on the device.
    private func model(
        _ network: RandomNetwork, change: (inout Check) -> Void = { _ in }
    ) throws -> BNNMModel? {
        var graph = try network.graph()
        let input = network.input()
        var context = CompilationContext()
        try Pipeline.run(Pipeline.toReference, on: &graph, &context)
        let expected = try ReferenceCheck(graph, exactNames: []).expectation(inputs: [input])
        do {
            try Pipeline.run(Pipeline.toRuntime, on: &graph, &context)
        } catch is UnsupportedNodes {
            return nil
        }
        var check = Check(
            inputs: [input], outputs: expected.outputs, decisions: expected.decisions,
            tolerance: 1e-4)
        change(&check)
        let info = Packer.Info(name: "check", producer: "test", target: .portable, sourceWeightBytes: 0)
        try Packer.write(graph, info, checks: [check, check], to: path)
        return try BNNMModel(path: path)
    }

    func testTheReferencesResultsHoldOnEveryMachine() throws {
        var probes = 0
        for seed in 0..<UInt64(60) {
            for network in [RandomNetwork(.chain, seed: seed), RandomNetwork(.residual, seed: seed)] {
                guard let model = try model(network) else { continue }
                XCTAssertEqual(model.checkCount, 2)
                for level in InstructionSet.levels where InstructionSet.available.contains(level) {
                    let session = try BNNMSession(model, threads: 2, instructionSets: level)
                    let result = try session.check(1)
                    XCTAssertTrue(result.passed, "seed \(seed), \(level.name ?? ""): \(result)")
                    XCTAssertEqual(result.probeCount, model.probes.count)
                    XCTAssertEqual(result.outputCount, 1)
                    probes += result.probeCount
                }
            }
        }
        XCTAssertGreaterThan(probes, 100)
    }

    func testAWrongDecisionIsNamed() throws {
        let network = RandomNetwork(.residual, seed: 3)
        let original = try XCTUnwrap(try model(network))
        let name = try XCTUnwrap(original.probes.first?.name)
        let changed = try XCTUnwrap(try model(network) { $0.decisions[name]![0] *= -1 })
        let result = try BNNMSession(changed).check(0)
        XCTAssertFalse(result.passed)
        XCTAssertEqual(result.differingProbes, 1)
        XCTAssertEqual(result.firstDifferingProbe.map { changed.probes[$0].name }, name)
        XCTAssertEqual(result.differingOutputs, 0)
    }

    func testAWrongOutputIsMeasured() throws {
        let network = RandomNetwork(.residual, seed: 3)
        var largest: Float = 0
        let changed = try XCTUnwrap(
            try model(network) {
                var values = $0.outputs[0].floats
                largest = values.map { abs($0) }.max() ?? 0
                values[0] += largest / 100
                $0.outputs[0] = Tensor($0.outputs[0].shape, values)
            })
        let result = try BNNMSession(changed).check(0)
        XCTAssertFalse(result.passed)
        XCTAssertEqual(result.differingProbes, 0)
        XCTAssertEqual(result.differingOutputs, 1)
        XCTAssertEqual(result.largestDifference, 0.01, accuracy: 0.001)
    }

    func testACheckThatIsNotThereIsRefused() throws {
        let network = RandomNetwork(.residual, seed: 3)
        let session = try BNNMSession(try XCTUnwrap(try model(network)))
        for index in [-1, 2, Int.max] {
            XCTAssertThrowsError(try session.check(index)) { error in
                XCTAssertEqual((error as? BNNMError)?.status, .invalidArgument)
                XCTAssertTrue("\(error)".contains("the model has 2"), "\(error)")
            }
        }
        XCTAssertEqual(bnnm_model_check_count(nil), 0)
    }

    func testTheSessionsOwnProbesAreNotTold() throws {
        let network = RandomNetwork(.residual, seed: 3)
        let model = try XCTUnwrap(try model(network))
        var told = 0
        let session = try BNNMSession(model, onProbe: { _, _, _ in told += 1 })
        XCTAssertTrue(try session.check(0).passed)
        XCTAssertEqual(told, 0)
        _ = try session.run([network.input().floats])
        XCTAssertEqual(told, model.probes.count)
    }

    /// Refuses from the given allocation on.
    private final class Budget {
        var left: Int
        var live = 0
        init(_ left: Int) { self.left = left }
    }

    func testMemoryIsGivenBackAndRunningOutOfItIsAStatus() throws {
        let network = RandomNetwork(.residual, seed: 3)
        _ = try XCTUnwrap(try model(network))
        var opened: OpaquePointer?
        XCTAssertEqual(bnnm_model_open_file(path, nil, &opened), BNNM_OK)
        defer { bnnm_model_free(opened) }
        let budget = Budget(.max)
        var options = bnnm_session_options()
        options.struct_size = MemoryLayout<bnnm_session_options>.size
        options.allocator = bnnm_allocator(
            allocate: { user, byteCount, alignment in
                let budget = Unmanaged<Budget>.fromOpaque(user!).takeUnretainedValue()
                guard budget.left > 0 else { return nil }
                budget.left -= 1
                budget.live += 1
                return UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
            },
            deallocate: { user, memory in
                Unmanaged<Budget>.fromOpaque(user!).takeUnretainedValue().live -= 1
                memory!.deallocate()
            },
            user: Unmanaged.passUnretained(budget).toOpaque())
        var session: OpaquePointer?
        XCTAssertEqual(bnnm_session_create(opened, &options, &session), BNNM_OK)
        let held = budget.live
        var result = bnnm_check_result()
        result.struct_size = MemoryLayout<bnnm_check_result>.size
        budget.left = 0
        XCTAssertEqual(bnnm_session_check(session, 0, &result), BNNM_OUT_OF_MEMORY)
        budget.left = .max
        XCTAssertEqual(bnnm_session_check(session, 0, &result), BNNM_OK)
        XCTAssertEqual(result.passed, 1)
        XCTAssertEqual(budget.live, held)
        XCTAssertEqual(bnnm_session_check(session, 2, &result), BNNM_INVALID_ARGUMENT)
        XCTAssertEqual(bnnm_session_check(session, 0, nil), BNNM_INVALID_ARGUMENT)
        bnnm_session_free(session)
        XCTAssertEqual(budget.live, 0)
    }
}
