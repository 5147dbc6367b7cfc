/// The operator set versions that a model asks for, and which of them the compiler accepts.
struct OpsetImports {
    /// Versions by domain; the standard one is "".
    let versions: [String: Int]

    /// - Parameter file: the model's name for messages.
    /// - Throws: `ImportError` where the standard operators are missing, or of a version that is not accepted.
    init(_ imports: [ONNXOperatorSetIdProto], file: String) throws {
        let accepted = "\(SupportedOpsets.all.lowerBound) to \(SupportedOpsets.newest)"
        var versions: [String: Int] = [:]
        for entry in imports {
            let domain = Self.canonical(entry.domain)
            let version = Int(entry.version)
            guard versions.updateValue(version, forKey: domain) ?? version == version else {
                throw ImportError("\(file): imports two versions of the operator set '\(entry.domain)'")
            }
        }
        guard let standard = versions[""] else {
            throw ImportError(
                "\(file): imports no version of the standard ONNX operators; accepted are opsets \(accepted)")
        }
        guard SupportedOpsets.all.contains(standard) else {
            throw ImportError("\(file): is of ONNX opset \(standard); accepted are opsets \(accepted)")
        }
        self.versions = versions
    }

    /// The domain with the long name of the standard one made empty.
    static func canonical(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }
}
