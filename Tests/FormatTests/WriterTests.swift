import BNNMFormat
import Foundation
import XCTest

/// A file is written whole or not at all.
final class WriterTests: XCTestCase {
    func testAnExistingFileIsReplacedAndNothingElseIsLeft() throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/model.bnnm"
        XCTAssertEqual(DescribedModel.sample().write(to: path).status, BNNMF_OK)
        XCTAssertEqual(DescribedModel.smallest().write(to: path).status, BNNMF_OK)
        XCTAssertEqual(directory.names, ["model.bnnm"])
        XCTAssertEqual(try bytes(path), try DescribedModel.smallest().fileBytes().array)
    }

    func testANameOfTheLongestLengthIsWritten() throws {
        let directory = try ScratchDirectory()
        let name = String(repeating: "n", count: 250) + ".bnnm"
        XCTAssertEqual(DescribedModel.smallest().write(to: directory.path + "/" + name).status, BNNMF_OK)
        XCTAssertEqual(directory.names, [name])
    }

    func testADirectoryIsRefusedAsSuch() throws {
        let directory = try ScratchDirectory()
        let answer = DescribedModel.smallest().write(to: directory.path)
        XCTAssertEqual(answer.status, BNNMF_IO)
        XCTAssertEqual(answer.message, "cannot write '\(directory.path)': it is a directory; give the name of a file")
    }

    func testADeviceIsRefusedAndStays() {
        let answer = DescribedModel.smallest().write(to: "/dev/null")
        XCTAssertEqual(answer.status, BNNMF_IO)
        XCTAssertTrue(answer.message.contains("it is a device"), answer.message)
        var status = stat()
        XCTAssertEqual(stat("/dev/null", &status), 0)
        XCTAssertEqual(status.st_mode & S_IFMT, S_IFCHR)
    }

    func testAMissingFolderIsNamed() throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/missing/model.bnnm"
        let answer = DescribedModel.smallest().write(to: path)
        XCTAssertEqual(answer.status, BNNMF_IO)
        XCTAssertEqual(
            answer.message, "cannot create a temporary file beside '\(path)': No such file or directory")
        XCTAssertEqual(directory.names, [])
    }

    func testAnEmptyPathIsRefused() {
        XCTAssertEqual(DescribedModel.smallest().write(to: "").status, BNNMF_IO)
        XCTAssertEqual(DescribedModel.smallest().write(to: nil).status, BNNMF_IO)
    }

    func testASymbolicLinkStaysAndItsFileIsReplaced() throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/model.bnnm"
        let link = directory.path + "/link.bnnm"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "model.bnnm")
        XCTAssertEqual(DescribedModel.smallest().write(to: link).status, BNNMF_OK)
        XCTAssertEqual(try FileManager.default.destinationOfSymbolicLink(atPath: link), "model.bnnm")
        XCTAssertEqual(try bytes(path), try DescribedModel.smallest().fileBytes().array)
    }

    func testReadOnlyFoldersAndFilesAreRefused() throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/model.bnnm"
        XCTAssertEqual(DescribedModel.sample().write(to: path).status, BNNMF_OK)
        let before = try bytes(path)
        XCTAssertEqual(chmod(path, 0o444), 0)
        asOrdinaryUser {
            let answer = DescribedModel.smallest().write(to: path)
            XCTAssertEqual(answer.status, BNNMF_IO)
            XCTAssertTrue(answer.message.hasSuffix(": Permission denied"), answer.message)
        }
        XCTAssertEqual(chmod(directory.path, 0o555), 0)
        asOrdinaryUser {
            let answer = DescribedModel.smallest().write(to: directory.path + "/other.bnnm")
            XCTAssertEqual(answer.status, BNNMF_IO)
            XCTAssertTrue(answer.message.hasSuffix(": Permission denied"), answer.message)
        }
        XCTAssertEqual(chmod(directory.path, 0o755), 0)
        XCTAssertEqual(directory.names, ["model.bnnm"])
        XCTAssertEqual(try bytes(path), before)
    }

    func testAnExistingFileStaysWholeWhenTheDiskRefuses() throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/model.bnnm"
        XCTAssertEqual(DescribedModel.smallest().write(to: path).status, BNNMF_OK)
        let before = try bytes(path)
        let model = DescribedModel.smallest()
        for size in [100_000, 1_000_000] { _ = model.blob((0..<size).map { UInt8(truncatingIfNeeded: $0 &* size) }) }

        var original = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &original)
        var limited = original
        let action = signal(SIGXFSZ, SIG_IGN)
        for limit in [0, 64, 1000, 150_000, 1_100_000] as [rlim_t] {
            limited.rlim_cur = limit
            XCTAssertEqual(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limited), 0)
            let answer = model.write(to: path)
            XCTAssertEqual(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &original), 0)
            XCTAssertEqual(answer.status, BNNMF_IO, "limit \(limit)")
            XCTAssertEqual(answer.message, "cannot write '\(path)': File too large")
            XCTAssertEqual(directory.names, ["model.bnnm"])
            XCTAssertEqual(try bytes(path), before)
        }
        _ = signal(SIGXFSZ, action)
    }

    func testARefusedDescriptionLeavesTheExistingFile() throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/model.bnnm"
        XCTAssertEqual(DescribedModel.smallest().write(to: path).status, BNNMF_OK)
        let before = try bytes(path)
        let model = DescribedModel.sample()
        model.ops[4].output = 3
        XCTAssertEqual(model.write(to: path).status, BNNMF_CORRUPT)
        XCTAssertEqual(directory.names, ["model.bnnm"])
        XCTAssertEqual(try bytes(path), before)
    }

    func testLargeBlobsAreWrittenWhole() throws {
        let model = DescribedModel.smallest()
        let sizes = [1, 63, 64, 65, 65_535, 65_536, 65_537, 3_000_001]
        for size in sizes { _ = model.blob((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }) }
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        XCTAssertEqual(bytes.open(&view).status, BNNMF_OK)
        for (index, expected) in model.blobs.enumerated() {
            var blob = bnnmf_blob()
            bnnmf_get_blob(&view, UInt32(index), &blob)
            XCTAssertEqual(blob.byte_count, expected.byte_count)
            XCTAssertEqual(memcmp(blob.data, expected.data, Int(blob.byte_count)), 0)
        }
    }

    func testNullPointersInADescriptionAreRefused() throws {
        let directory = try ScratchDirectory()
        var model = bnnmf_model()
        model.op_count = 3
        let answer = Answer { bnnmf_write_file(&model, directory.path + "/model.bnnm", $0, $1) }
        XCTAssertEqual(answer.status, BNNMF_CORRUPT)
        XCTAssertEqual(answer.message, "3 operators at a null pointer")
    }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// Runs `body` without the superuser's rights, where the tests have them.
    private func asOrdinaryUser(_ body: () -> Void) {
        let user = geteuid()
        if user == 0 { XCTAssertEqual(seteuid(65534), 0) }
        body()
        if user == 0 { XCTAssertEqual(seteuid(0), 0) }
    }
}
