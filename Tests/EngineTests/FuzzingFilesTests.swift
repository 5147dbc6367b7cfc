import CBNNM
import Foundation
import TestSupport
import XCTest

/// The files of Tests/Fuzzing: the fuzzer's seeds, which run in every way, and what it once broke something with.
final class FuzzingFilesTests: XCTestCase {
    private func files(_ folder: String) throws -> [(name: String, bytes: [UInt8])] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fuzzing/\(folder)/models")
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.hasSuffix(".bnnm") }.sorted()
            .map { ($0, [UInt8](try Data(contentsOf: url.appendingPathComponent($0)))) }
    }

    func testSeedsRunInEveryWay() throws {
        let seeds = try files("Seeds")
        XCTAssertGreaterThan(seeds.count, 20)
        for (name, bytes) in seeds { XCTAssertEqual(ModelTrial(bytes).runEverywhere(), .ran(BNNM_OK), name) }
    }

    func testEveryOperatorIsInASeed() throws {
        var names: Set<String> = []
        for (_, bytes) in try files("Seeds") {
            let trial = ModelTrial(bytes)
            var model: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_memory(trial.bytes.baseAddress, bytes.count, nil, &model), BNNM_OK)
            defer { bnnm_model_free(model) }
            var index: UInt32 = 0
            var layer = bnnm_layer_info()
            layer.struct_size = MemoryLayout<bnnm_layer_info>.size
            while bnnm_model_layer_info(model, index, &layer) == BNNM_OK {
                names.insert(String(cString: layer.operator_name))
                index += 1
            }
        }
        XCTAssertEqual(names.count, 23, "\(names.sorted())")
    }

    func testMalformedFilesAreRefusedOrRunWithinTheirMemory() throws {
        for (name, bytes) in try files("Malformed") {
            switch ModelTrial(bytes).runEverywhere() {
            case .refused(_, explained: true), .tooLarge, .ran(BNNM_OK): continue
            case let outcome: XCTFail("\(name): \(outcome)")
            }
        }
    }
}
