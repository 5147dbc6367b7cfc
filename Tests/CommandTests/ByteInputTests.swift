import BNNM
import Foundation
import XCTest

@testable import BNNMCommand

/// `compile --input-u8`: the model of bytes gives, bit for bit, what the model of numbers gives for the bytes' numbers.
final class ByteInputTests: XCTestCase {
    private static let model = CommandLine.fixture("reactnet-a-tiny-ts/model.onnx")
    private static let means = [123.675, 116.28, 103.53], deviations = [58.395, 57.12, 57.375]
    private static let numbers = "123.675,116.28,103.53,58.395,57.12,57.375"

    private func succeed(_ arguments: String...) throws -> String {
        let outcome = try CommandLine.run(arguments)
        XCTAssertEqual(outcome.status, 0, arguments.joined(separator: " ") + ": " + outcome.errors)
        return outcome.output
    }

    private func outputs(_ path: String, input: BNNMValues, _ shape: [Int], _ folder: TemporaryFolder) throws -> [Data]
    {
        let given = folder.path("given.npy"), out = folder.path("out-\(UUID().uuidString)")
        try NumpyArray(input, shape: shape).write(to: given)
        _ = try succeed("run", path, "--input", given, "--output-dir", out)
        return try FileManager.default.contentsOfDirectory(atPath: out).sorted().map {
            try Data(contentsOf: URL(fileURLWithPath: out + "/" + $0))
        }
    }

    func testBytesGiveWhatTheirNumbersGive() throws {
        let folder = try TemporaryFolder()
        let plain = folder.path("plain.bnnm")
        _ = try succeed("compile", Self.model, "-o", plain)
        let shape = try BNNMModel(path: plain).inputs[0].shape(executions: 2)
        let (height, width) = (shape[2], shape[3])
        XCTAssertEqual(shape[1], 3)
        let planar = (0..<shape.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        let plane = height * width
        let interleaved = planar.indices.map { index in
            let (image, pixel, channel) = (index / (3 * plane), index / 3 % plane, index % 3)
            return planar[image * 3 * plane + channel * plane + pixel]
        }
        let numbers = planar.enumerated().map { index, byte in
            let channel = index / plane % 3
            return Float((Double(byte) - Self.means[channel]) / Self.deviations[channel])
        }
        let expected = try outputs(plain, input: .float32(numbers), shape, folder)
        XCTAssertFalse(expected.isEmpty)
        for (layout, bytes, order) in [
            ("", interleaved, [shape[0], height, width, 3]), (",NHWC", interleaved, [shape[0], height, width, 3]),
            (",NCHW", planar, shape),
        ] {
            let path = folder.path("bytes.bnnm"), option = Self.numbers + layout
            _ = try succeed("compile", Self.model, "-o", path, "--input-u8", option, "--with-check", "1")
            XCTAssertEqual(try outputs(path, input: .uint8(bytes), order, folder), expected, layout)
            XCTAssertTrue(try succeed("run", path, "--check").contains("ok"))
            XCTAssertTrue(try succeed("verify", Self.model, path, "--input-u8", option).contains("ok: "))
            XCTAssertTrue(try succeed("inspect", path).contains("uint8["))
            _ = try succeed("profile", path, "--runs", "2", "--warmup", "1")
        }
    }

    func testWhatIsRefused() throws {
        let folder = try TemporaryFolder()
        for option in ["1", "1,0", "1,-2", "a,b", "1,2,3", "1,nan", "1,2,NWHC", "", ","] {
            let outcome = try CommandLine.run("compile", Self.model, "-o", folder.path("m"), "--input-u8", option)
            XCTAssertEqual(outcome.status, 2, option)
            XCTAssertTrue(outcome.errors.contains("--input-u8"), outcome.errors)
        }
        let channels = try CommandLine.run("compile", Self.model, "-o", folder.path("m"), "--input-u8", "1,2,3,4")
        XCTAssertEqual(channels.status, 1)
        XCTAssertTrue(channels.errors.contains("1 or 3 of each are valid"), channels.errors)
        let small = try CommandLine.run("compile", Self.model, "-o", folder.path("m"), "--input-u8", "0.485,0.229")
        XCTAssertEqual(small.status, 0)
        XCTAssertTrue(small.errors.contains("must be multiplied by 255"), small.errors)
        let verified = try CommandLine.run("verify", Self.model, folder.path("m"))
        XCTAssertEqual(verified.status, 1)
        XCTAssertTrue(verified.errors.contains("give the --shape and --input-u8"), verified.errors)
    }
}
