import Foundation

extension Error {
    /// Why the operating system refused to write or read a file, in its own words where it is known.
    var systemReason: String {
        guard let posix = (self as? CocoaError)?.underlying as? POSIXError else { return localizedDescription }
        return String(cString: strerror(posix.code.rawValue))
    }
}
