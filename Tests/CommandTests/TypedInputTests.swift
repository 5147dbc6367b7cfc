import BNNM
import BNNMFormat
import Foundation
import XCTest

@testable import BNNMCommand

/// `bnnm run` and `bnnm inspect` of a model whose inputs and outputs have every type that `.npy` files hold for it.
final class TypedInputTests: XCTestCase {
    private static let types: [(name: String, type: bnnmf_element_type, bytes: Int)] = [
        ("f", BNNMF_FLOAT32, 4), ("i", BNNMF_INT32, 4), ("l", BNNMF_INT64, 8), ("b", BNNMF_BOOL, 1),
    ]

    /// A model whose outputs are its inputs.
    private func write(to path: String) {
        let names = Self.types.map { strdup($0.name) }
        defer { for name in names { free(name) } }
        let tensors = Self.types.map { entry in
            bnnmf_tensor(
                name: nil, element_type: entry.type.rawValue, rank: 2, dims: (1, 3, 0, 0, 0, 0, 0, 0), blob: .max)
        }
        let ports = names.enumerated().map { bnnmf_port(name: UnsafePointer($1), tensor: UInt32($0)) }
        var model = bnnmf_model()
        var message = [CChar](repeating: 0, count: 512)
        let status = tensors.withUnsafeBufferPointer { tensors in
            ports.withUnsafeBufferPointer { ports in
                model.tensors = tensors.baseAddress
                model.tensor_count = UInt32(tensors.count)
                model.inputs = ports.baseAddress
                model.input_count = UInt32(ports.count)
                model.outputs = ports.baseAddress
                model.output_count = UInt32(ports.count)
                return bnnmf_write_file(&model, path, &message, message.count)
            }
        }
        XCTAssertEqual(status, BNNMF_OK)
    }

    func testEveryTypeGoesThrough() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("m.bnnm")
        write(to: path)
        let values: [BNNMValues] = [
            .float32([1, 2.5, -3, 4, 5, 6]), .int32([.min, 0, 1, 2, 3, .max]), .int64([.min, 0, 1, 2, 3, .max]),
            .bool([true, false, true, true, false, false]),
        ]
        var arguments = ["run", path, "--output-dir", folder.path("out")]
        for (entry, given) in zip(Self.types, values) {
            try NumpyArray(given, shape: [2, 3]).write(to: folder.path("\(entry.name).npy"))
            arguments += ["--input", "\(entry.name)=" + folder.path("\(entry.name).npy")]
        }
        let outcome = try CommandLine.run(arguments)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        for entry in Self.types {
            let given = try Data(contentsOf: URL(fileURLWithPath: folder.path("\(entry.name).npy")))
            XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: folder.path("out/\(entry.name).npy"))), given)
        }
        for (file, code) in [("f", "'<f4'"), ("i", "'<i4'"), ("l", "'<i8'"), ("b", "'|b1'")] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("out/\(file).npy")))
            XCTAssertTrue(String(decoding: bytes.prefix(64), as: UTF8.self).contains("'descr': \(code)"), file)
        }

        let wrong = arguments.map { $0 == "l=" + folder.path("l.npy") ? "l=" + folder.path("i.npy") : $0 }
        let refused = try CommandLine.run(wrong)
        XCTAssertEqual(refused.status, 1)
        XCTAssertTrue(
            refused.errors.contains("i.npy holds 'i4' elements; input 'l' takes int64 ('i8')"), refused.errors)

        let inspected = try CommandLine.run("inspect", path)
        for text in ["f float32[n,3]", "i int32[n,3]", "l int64[n,3]", "b bool[n,3]"] {
            XCTAssertTrue(inspected.output.contains(text), inspected.output)
        }
    }
}
