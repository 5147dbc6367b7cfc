import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

@Suite final class ExternalDataTests {
    /// A folder with `model/w.bin`, `secret.bin` beside it, and links.
    private let root: URL
    private var folder: String { root.appendingPathComponent("model").path }

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("external-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: root.appendingPathComponent("model/sub"), withIntermediateDirectories: true)
        try bytes(of: [1, 2, 3, 4] as [Float]).write(to: root.appendingPathComponent("model/w.bin"))
        try bytes(of: [1, 2, 3, 4] as [Float]).write(to: root.appendingPathComponent("secret.bin"))
        for (link, target) in [("inside", "w.bin"), ("outside", "../secret.bin")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/" + link, withDestinationPath: target)
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    private func model(_ entries: [String: String]) -> ONNXModelProto {
        var weights = tensor("w", [1, 2])
        weights.dataLocation = .external
        weights.externalData = entries.map { key, value in
            var entry = ONNXStringStringEntryProto()
            entry.key = key
            entry.value = value
            return entry
        }
        return addingModel([node("Add", ["x", "w"], ["y"])], weights)
    }

    @Test func tensorsBesideTheModelAreRead() throws {
        let cases: [([String: String], [Float])] = [
            (["location": "w.bin"], [1, 2]),
            (["location": "w.bin", "offset": "4", "length": "8"], [2, 3]),
            (["location": "./w.bin", "offset": "8"], [3, 4]),
            (["location": "inside"], [1, 2]),
        ]
        for (entries, expected) in cases {
            let imported = try importing(model(entries), folder: folder)
            let constants = imported.graph.values.compactMap { value -> Tensor? in
                if case .constant(let tensor) = value.origin { return tensor }
                return nil
            }
            #expect(constants.map(\.floats) == [expected])
            #expect(imported.weightByteCount == 8)
        }
    }

    @Test func fileOnDiskIsImportedWithItsData() throws {
        let path = folder + "/m.onnx"
        try model(["location": "w.bin"]).serializedData().write(to: URL(fileURLWithPath: path))
        let imported = try ONNXImporter.load(path: path, decoders: TestOperators.decoders)
        #expect(imported.weightByteCount == 8)
        let error = #expect(throws: ImportError.self) {
            _ = try ONNXImporter.load(
                path: path, options: .init(loadsExternalData: false), decoders: TestOperators.decoders)
        }
        #expect(error?.entries.map(\.reason) == ["is in an external file, but the model has no folder to look in"])
    }

    @Test func everythingElseIsRefused() {
        let relative = "a file must be named relative to the model's folder, without '..'"
        let cases: [([String: String], String)] = [
            ([:], "is external, but names no file ('location')"),
            (
                ["location": "no.bin"],
                "is in the file 'no.bin', which does not exist in the model's folder '\(folder)'; "
                    + "--random-weights makes up what is absent"
            ),
            (["location": "../secret.bin"], "is in '../secret.bin'; \(relative)"),
            (["location": "sub/../../secret.bin"], "is in 'sub/../../secret.bin'; \(relative)"),
            (["location": "/etc/passwd"], "is in '/etc/passwd'; \(relative)"),
            (["location": "outside"], "is in 'outside', a link that leaves the model's folder '\(folder)'"),
            (["location": "sub"], "is in 'sub' of the folder '\(folder)', which cannot be read as a file"),
            (["location": "w.bin", "offset": "12"], "needs 8 bytes at offset 12 of 'w.bin', which has 16 bytes"),
            (
                ["location": "w.bin", "offset": "9223372036854775807"],
                "needs 8 bytes at offset 9223372036854775807 of 'w.bin', which has 16 bytes"
            ),
            (["location": "w.bin", "offset": "-4"], "has the external offset '-4'; it must be a number of bytes"),
            (["location": "w.bin", "length": "x"], "has the external length 'x'; it must be a number of bytes"),
            (["location": "w.bin", "length": "4"], "has 4 bytes in 'w.bin', but its type and shape need 8"),
        ]
        for (entries, reason) in cases {
            expectFailure(
                model(entries), folder: folder,
                """
                m.onnx: 1 place cannot be imported
                  initializer 'w': \(reason)
                  (nodes that depend on these and were not checked further: 1)
                """)
        }
    }
}

private func addingModel(_ nodes: [ONNXNodeProto], _ weights: ONNXTensorProto) -> ONNXModelProto {
    model(nodes, inputs: [value("x", [1, 2])], initializers: [weights])
}
