import BNNMIR
import Foundation

/// Tensor bytes in files beside the model. Only regular files inside the model's folder are read, whatever the model
/// says; each is mapped once.
final class ExternalData {
    /// Where the model lies; nil for a model that did not come from a file.
    private let folder: String?
    private var mapped: [String: Data] = [:]

    init(folder: String?) { self.folder = folder }

    /// The bytes that the entries (`location`, `offset`, `length`) of a tensor point to.
    /// - Throws: `OperatorError` naming file and folder where the bytes are not there or may not be read.
    func read(_ entries: [ONNXStringStringEntryProto], byteCount: Int) throws -> Data {
        guard let folder else { throw OperatorError("is in an external file, but the model has no folder to look in") }
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard let location = values["location"], !location.isEmpty else {
            throw OperatorError("is external, but names no file ('location')")
        }
        let offset = try number("offset", in: values) ?? 0
        let length = try number("length", in: values) ?? byteCount
        guard length == byteCount else {
            throw OperatorError("has \(length) bytes in '\(location)', but its type and shape need \(byteCount)")
        }
        let file = try contents(of: location, in: folder)
        guard offset <= file.count, length <= file.count - offset else {
            throw OperatorError(
                "needs \(length) bytes at offset \(offset) of '\(location)', which has \(file.count) bytes")
        }
        return file[(file.startIndex + offset)..<(file.startIndex + offset + length)]
    }

    /// Whether the entries point into a file of an allowed name that is not there.
    func isAbsent(_ entries: [ONNXStringStringEntryProto]) -> Bool {
        guard let folder, let location = entries.first(where: { $0.key == "location" })?.value, !location.isEmpty,
            ExternalData.isBeside(location), resolved(folder) != nil
        else { return false }
        return resolved(folder + "/" + location) == nil
    }

    /// Whether a location stays in the model's folder, links aside.
    private static func isBeside(_ location: String) -> Bool {
        !location.hasPrefix("/") && !location.utf8.contains(0) && !location.split(separator: "/").contains("..")
    }

    private func number(_ key: String, in values: [String: String]) throws -> Int? {
        guard let text = values[key] else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw OperatorError("has the external \(key) '\(text)'; it must be a number of bytes")
        }
        return number
    }

    private func contents(of location: String, in folder: String) throws -> Data {
        if let data = mapped[location] { return data }
        guard ExternalData.isBeside(location) else {
            throw OperatorError(
                "is in '\(location)'; a file must be named relative to the model's folder, without '..'")
        }
        guard let root = resolved(folder), let path = resolved(folder + "/" + location) else {
            throw OperatorError(
                "is in the file '\(location)', which does not exist in the model's folder '\(folder)'; "
                    + "--random-weights makes up what is absent")
        }
        guard path.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
            throw OperatorError("is in '\(location)', a link that leaves the model's folder '\(folder)'")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular,
            let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        else { throw OperatorError("is in '\(location)' of the folder '\(folder)', which cannot be read as a file") }
        mapped[location] = data
        return data
    }

    /// The path with every symbolic link followed; nil where nothing is there.
    private func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
