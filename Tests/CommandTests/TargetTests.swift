import Foundation
import XCTest

/// `compile --target`: every machine runs the files of all targets, and only those of another kind repack.
final class TargetTests: XCTestCase {
    private struct Content: Decodable {
        let target: String
        let isRepacked: Bool
        let weightBytes: Int
    }

    private func compiled(for target: String, _ folder: TemporaryFolder) throws -> (path: String, content: Content) {
        let path = folder.path("\(target).bnnm")
        let outcome = try CommandLine.run(
            "compile", CommandLine.fixture("reactnet-a-tiny-ts/model.onnx"), "-o", path, "--target", target,
            "--with-check", "1")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let inspected = try CommandLine.run("inspect", path, "--json")
        XCTAssertEqual(inspected.status, 0, inspected.errors)
        return (path, try JSONDecoder().decode(Content.self, from: Data(inspected.output.utf8)))
    }

    func testEveryTargetsFileProvesItselfAtEveryLevel() throws {
        let folder = try TemporaryFolder()
        for target in ["portable", "aarch64", "armv7", "x86-avx2", "x86-avx512"] {
            let (path, content) = try compiled(for: target, folder)
            XCTAssertEqual(content.target, target)
            let outcome = try CommandLine.run("run", path, "--check")
            XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
            for level in TestLevels.available {
                XCTAssertTrue(outcome.output.contains("check 0 at \(level): ok"), "\(target): \(outcome.output)")
            }
        }
    }

    func testThisMachinesFileIsUsedAsItIs() throws {
        let folder = try TemporaryFolder()
        let content = try compiled(for: "native", folder).content
        XCTAssertFalse(content.isRepacked, content.target)
    }

    func testNibblesTakeTwiceTheBitsAndAreRepackedElsewhere() throws {
        let folder = try TemporaryFolder()
        let words = try compiled(for: "portable", folder).content,
            nibbles = try compiled(for: "x86-avx2", folder).content
        XCTAssertGreaterThan(nibbles.weightBytes, words.weightBytes)
        // One machine cannot use both layouts in place.
        XCTAssertTrue(words.isRepacked || nibbles.isRepacked)
    }

    func testAnUnknownTargetIsRefusedWithTheKnownOnes() throws {
        let outcome = try CommandLine.run(
            "compile", CommandLine.fixture("reactnet-a-tiny-ts/model.onnx"), "--target", "vax")
        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("native|portable|aarch64|armv7|x86-avx2|x86-avx512"), outcome.errors)
    }
}
