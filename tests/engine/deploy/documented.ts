/**
 * CONSTRUCTED from Microsoft's Unattended Windows Setup Reference: the passes, components and settings that answer files of
 * ours use, as `pass component path`. A genuine Windows Setup has not read them in these tests.
 */
export const DOCUMENTED: ReadonlySet<string> = new Set(`
windowsPE Microsoft-Windows-International-Core-WinPE SetupUILanguage/UILanguage
windowsPE Microsoft-Windows-International-Core-WinPE InputLocale
windowsPE Microsoft-Windows-International-Core-WinPE SystemLocale
windowsPE Microsoft-Windows-International-Core-WinPE UILanguage
windowsPE Microsoft-Windows-International-Core-WinPE UserLocale
windowsPE Microsoft-Windows-Setup RunSynchronous/RunSynchronousCommand/Order
windowsPE Microsoft-Windows-Setup RunSynchronous/RunSynchronousCommand/Path
windowsPE Microsoft-Windows-Setup RunSynchronous/RunSynchronousCommand/Description
windowsPE Microsoft-Windows-Setup ImageInstall/OSImage/InstallFrom/MetaData/Key
windowsPE Microsoft-Windows-Setup ImageInstall/OSImage/InstallFrom/MetaData/Value
windowsPE Microsoft-Windows-Setup ImageInstall/OSImage/InstallTo/DiskID
windowsPE Microsoft-Windows-Setup ImageInstall/OSImage/InstallTo/PartitionID
windowsPE Microsoft-Windows-Setup ImageInstall/OSImage/WillShowUI
windowsPE Microsoft-Windows-Setup UserData/AcceptEula
windowsPE Microsoft-Windows-Setup UserData/ProductKey/Key
windowsPE Microsoft-Windows-Setup UserData/ProductKey/WillShowUI
specialize Microsoft-Windows-Shell-Setup ComputerName
specialize Microsoft-Windows-Shell-Setup TimeZone
specialize Microsoft-Windows-UnattendedJoin Identification/Credentials/Domain
specialize Microsoft-Windows-UnattendedJoin Identification/Credentials/Password
specialize Microsoft-Windows-UnattendedJoin Identification/Credentials/Username
specialize Microsoft-Windows-UnattendedJoin Identification/JoinDomain
specialize Microsoft-Windows-UnattendedJoin Identification/JoinWorkgroup
specialize Microsoft-Windows-UnattendedJoin Identification/MachineObjectOU
specialize Microsoft-Windows-Deployment RunSynchronous/RunSynchronousCommand/Order
specialize Microsoft-Windows-Deployment RunSynchronous/RunSynchronousCommand/Path
specialize Microsoft-Windows-Deployment RunSynchronous/RunSynchronousCommand/Description
specialize Microsoft-Windows-Deployment RunSynchronous/RunSynchronousCommand/WillReboot
oobeSystem Microsoft-Windows-International-Core InputLocale
oobeSystem Microsoft-Windows-International-Core SystemLocale
oobeSystem Microsoft-Windows-International-Core UILanguage
oobeSystem Microsoft-Windows-International-Core UserLocale
oobeSystem Microsoft-Windows-Shell-Setup AutoLogon/Enabled
oobeSystem Microsoft-Windows-Shell-Setup AutoLogon/LogonCount
oobeSystem Microsoft-Windows-Shell-Setup AutoLogon/Password/Value
oobeSystem Microsoft-Windows-Shell-Setup AutoLogon/Password/PlainText
oobeSystem Microsoft-Windows-Shell-Setup AutoLogon/Username
oobeSystem Microsoft-Windows-Shell-Setup FirstLogonCommands/SynchronousCommand/Order
oobeSystem Microsoft-Windows-Shell-Setup FirstLogonCommands/SynchronousCommand/CommandLine
oobeSystem Microsoft-Windows-Shell-Setup OOBE/HideEULAPage
oobeSystem Microsoft-Windows-Shell-Setup OOBE/HideOEMRegistrationScreen
oobeSystem Microsoft-Windows-Shell-Setup OOBE/HideOnlineAccountScreens
oobeSystem Microsoft-Windows-Shell-Setup OOBE/HideWirelessSetupInOOBE
oobeSystem Microsoft-Windows-Shell-Setup OOBE/ProtectYourPC
oobeSystem Microsoft-Windows-Shell-Setup UserAccounts/LocalAccounts/LocalAccount/DisplayName
oobeSystem Microsoft-Windows-Shell-Setup UserAccounts/LocalAccounts/LocalAccount/Group
oobeSystem Microsoft-Windows-Shell-Setup UserAccounts/LocalAccounts/LocalAccount/Name
oobeSystem Microsoft-Windows-Shell-Setup UserAccounts/LocalAccounts/LocalAccount/Password/Value
oobeSystem Microsoft-Windows-Shell-Setup UserAccounts/LocalAccounts/LocalAccount/Password/PlainText
`.trim().split('\n'));
