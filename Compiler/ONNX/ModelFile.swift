import Foundation
import SwiftProtobuf

/// Reads an ONNX file into its protobuf message.
enum ModelFile {
    /// - Throws: `ImportError` naming the file where it cannot be read, is cut off, or is not an ONNX model.
    static func read(path: String) throws -> ONNXModelProto {
        guard FileManager.default.fileExists(atPath: path) else { throw ImportError("\(path): no such file") }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw ImportError("\(path): the file cannot be read: \((error as NSError).localizedDescription)")
        }
        return try parse(data, path: path)
    }

    /// - Parameter path: the file's name for messages.
    static func parse(_ data: Data, path: String) throws -> ONNXModelProto {
        guard !data.isEmpty else { throw ImportError("\(path): the file is empty; an ONNX model is expected") }
        guard !data.starts(with: Data("BNNM".utf8)) else {
            throw ImportError("\(path): a compiled model (.bnnm); the ONNX model that one is made of is expected here")
        }
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        let model: ONNXModelProto
        do {
            model = try ONNXModelProto(serializedBytes: data, options: options)
        } catch {
            throw ImportError("\(path): not an ONNX model, or cut off after \(data.count) bytes (\(error))")
        }
        guard model.hasGraph else { throw ImportError("\(path): not an ONNX model: it contains no graph") }
        return model
    }
}
