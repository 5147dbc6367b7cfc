// An ordinary Swift program against the C API of libbnnm.a: the library's engine is Swift too, but Embedded, and the two
// runtimes must not meet. Classifies recorded images and compares with recorded logits.
//
//     swift-host MODEL.bnnm IMAGES.npy LOGITS.npy
//
// IMAGES float32 [N,...]; LOGITS float32 [N,classes]. Exit status: 0 where every prediction equals the recorded one.
import CBNNM
import Foundation

/// The values of a version 1 `.npy` file of float32, and its first dimension.
func readFloats(_ path: String) throws -> (values: [Float], count: Int) {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    guard bytes.count > 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes[6] == 1 else {
        throw CocoaError(.fileReadCorruptFile)
    }
    let begin = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    let header = String(decoding: bytes[10..<min(begin, bytes.count)], as: UTF8.self)
    guard header.contains("'<f4'"), begin <= bytes.count, (bytes.count - begin) % 4 == 0,
        let open = header.firstIndex(of: "("),
        let count = Int(header[header.index(after: open)...].prefix { $0.isNumber }), count > 0
    else { throw CocoaError(.fileReadCorruptFile) }
    let values = stride(from: begin, to: bytes.count, by: 4).map { at in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) })
    }
    return (values, count)
}

func check(_ status: bnnm_status) {
    guard status != BNNM_OK else { return }
    print("swift-host:", String(cString: bnnm_status_text(status)))
    exit(1)
}

guard CommandLine.arguments.count == 4 else {
    print("usage: swift-host MODEL.bnnm IMAGES.npy LOGITS.npy")
    exit(2)
}
let (images, count) = try readFloats(CommandLine.arguments[2])
let (recorded, rows) = try readFloats(CommandLine.arguments[3])
guard rows == count else {
    print("swift-host: \(count) images, but \(rows) rows of logits")
    exit(1)
}
var model: OpaquePointer?
var session: OpaquePointer?
check(bnnm_model_open_file(CommandLine.arguments[1], nil, &model))
check(bnnm_session_create(model, nil, &session))

// The batch is open: all images in one call.
var logits = [Float](repeating: 0, count: recorded.count)
images.withUnsafeBytes { source in
    logits.withUnsafeMutableBytes { destination in
        var input = bnnm_input(data: source.baseAddress, byte_count: source.count)
        var output = bnnm_output(data: destination.baseAddress, byte_count: destination.count)
        check(bnnm_session_run(session, count, &input, 1, &output, 1))
    }
}
bnnm_session_free(session)
bnnm_model_free(model)

let classes = recorded.count / count
func predictions(_ values: [Float]) -> [Int] {
    (0..<count).map { row in (0..<classes).max { values[row * classes + $0] < values[row * classes + $1] } ?? 0 }
}
let equal = zip(predictions(logits), predictions(recorded)).count { $0 == $1 }
print("swift-host: \(equal) of \(count) predictions as recorded")
exit(equal == count ? 0 : 1)
