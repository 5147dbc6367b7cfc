import Foundation
import TestSupport
import Testing

@testable import BNNMONNX

@Suite struct ModelFileTests {
    private func message(_ data: Data) -> String? {
        #expect(throws: ImportError.self) { _ = try ModelFile.parse(data, path: "m.onnx") }?.description
    }

    @Test func everyTruncationIsRefusedOrParsed() throws {
        let whole = try model(
            [node("Sign", ["x"], ["y"])], initializers: [floats("w", [3], [1, 2, 3])]
        ).serializedData()
        for count in 0..<whole.count {
            // Cut between two fields a file still parses; then the import must give an error or a graph, not crash.
            guard let parsed = try? ModelFile.parse(whole.prefix(count), path: "m.onnx") else { continue }
            _ = try? importing(parsed)
        }
        #expect(
            message(whole.prefix(whole.count - 1))?.hasPrefix("m.onnx: not an ONNX model, or cut off after") == true)
    }

    @Test func otherFilesAreRefused() {
        #expect(message(Data()) == "m.onnx: the file is empty; an ONNX model is expected")
        #expect(message(Data("PK\u{3}\u{4}zip archive".utf8))?.hasPrefix("m.onnx: not an ONNX model") == true)
        #expect(message(Data("BNNM\u{1}".utf8))?.hasPrefix("m.onnx: a compiled model (.bnnm); the ONNX model") == true)
        #expect(message(Data([8, 1])) == "m.onnx: not an ONNX model: it contains no graph")
    }

    @Test func missingFileIsNamed() {
        let error = #expect(throws: ImportError.self) { _ = try ModelFile.read(path: "no/such.onnx") }
        #expect(error?.description == "no/such.onnx: no such file")
    }

    @Test func randomDamageNeverCrashes() throws {
        let whole = try model(
            [node("Add", ["x", "w"], ["y"])], inputs: [value("x", ["N", 3])],
            initializers: [floats("w", [3], [1, 2, 3])]
        ).serializedData()
        var generator = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            var data = whole
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                data[Int.random(in: 0..<data.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let parsed = try? ModelFile.parse(data, path: "m.onnx") else { continue }
            _ = try? importing(parsed)
        }
    }
}
