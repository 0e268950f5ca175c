namespace Loadstone.Local;

/// <summary>A server could not be had; the message tells the person at the terminal why, and what to do about it.</summary>
public class LocalServerException(string message) : Exception(message);
