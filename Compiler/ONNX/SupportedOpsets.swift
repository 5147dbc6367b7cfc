/// The versions of the standard ONNX operators that the compiler reads. Behind 20, up to 23, the operators it knows have
/// got more element types only.
public enum SupportedOpsets {
    public static let newest = 23
    public static let all = 11...newest
}
